/** What clients call an operation: `cabinetsList`. It stays as it is as long as the group and the route keep their names. */
export function operationId(group: string, name: string): string {
  return `${group}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
