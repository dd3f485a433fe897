/** IPv4 in the notation of IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * What counts as one address: an IPv4 address, or an IPv6 /64, of which a subscriber has at least one.
 *
 * @param address as the kernel writes it
 */
export function networkOf(address: string): string {
  const text = address.replace(MAPPED, "");
  if (!text.includes(":")) return text;
  const [head = "", tail] = text.split("%", 1).join().split("::");
  const groups = (part: string) => part === "" ? [] : part.split(":");
  const [front, back] = [groups(head), groups(tail ?? "")];
  const all = tail === undefined
    ? front
    : [...front, ...Array(8 - front.length - back.length).fill("0"), ...back];
  return `${all.slice(0, 4).join(":")}::/64`;
}
