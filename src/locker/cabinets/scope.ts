/**
 * Whether a cabinet with these tags is one of the scope's.
 *
 * @param scope `undefined`: all cabinets of the organization
 */
export function isWithinScope(scope: readonly string[] | undefined, tags: readonly string[]): boolean {
  return scope === undefined || tags.some((tag) => scope.includes(tag));
}

/**
 * What a caller whose scope is some tags may not make of a cabinet's tags: it must stay within the scope, and a tag that is
 * not of the scope stays with the cabinet, since others see it by that.
 *
 * @param scope `undefined`: all cabinets
 * @param before the tags that the cabinet has; `undefined`: it is new
 * @returns the mistake; `undefined`: there is none
 */
export function scopeMistake(
  scope: readonly string[] | undefined,
  { before, wanted }: { before: readonly string[] | undefined; wanted: readonly string[] },
): string | undefined {
  if (!scope) return undefined;
  if (!isWithinScope(scope, wanted)) {
    return `tags: you may describe only cabinets with ${scope.join(" or ")}, so give one of these tags`;
  }
  const lost = before?.find((tag) => !scope.includes(tag) && !wanted.includes(tag));
  return lost === undefined ? undefined : `tags: ${lost} is not within your scope, so it stays`;
}
