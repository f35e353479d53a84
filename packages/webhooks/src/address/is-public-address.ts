import ipaddr from 'ipaddr.js'

const denied4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map((range) => ipaddr.IPv4.parseCIDR(range))

/** All that is assigned for the public. What is mapped, translated or tunnelled from IPv4 is outside, or denied below. */
const public6 = ipaddr.IPv6.parseCIDR('2000::/3')
const denied6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map((range) => ipaddr.IPv6.parseCIDR(range))

/**
 * Whether an address belongs to the public internet: not to this machine, a private network, a cloud's metadata service, or a range
 * for documentation, tests or translation.
 *
 * @param address - As a resolver gives it. What is no address is not public.
 * @see {@link https://www.iana.org/assignments/iana-ipv4-special-registry/ | IANA's registries of special addresses}
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const parsed = ipaddr.IPv4.parse(address)
    return !denied4.some((range) => parsed.match(range))
  }
  // With a zone, it is an address of one of this machine's own networks.
  if (address.includes('%') || !ipaddr.IPv6.isValid(address)) return false
  const parsed = ipaddr.IPv6.parse(address)
  return parsed.match(public6) && !denied6.some((range) => parsed.match(range))
}

/** Whether an address is this machine's own, in any of its spellings. */
export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
