export { allowsIp, isIpSubset, maxEntries as maxIpRanges, parseIpAllowList } from './ip-allow-list.js'
export { ipNetwork, ipSite } from './ip-network.js'
export { containsRange, formatIpRange, type IpRange, parseIpRange, parsePeer } from './ip-range.js'
