import { outageGate } from './outage-gate.js'

/** Tells the operator of a proxy whose word about HTTPS a guard could not use. `null`: its address is not known. */
export type ProxyWarning = (address: string | null) => void

/** Warns on the process, once a minute, and says what to configure. */
export function proxyWarning(): ProxyWarning {
  const gate = outageGate()
  return (address) => {
    if (!gate.failed()) return
    const sentence = `API keys are refused with 503: it is not known whether they came over HTTPS. ${adviceFor(address)}`
    process.emitWarning(sentence, { type: 'KeywrightWarning', code: 'KEYWRIGHT_UNNAMED_PROXY' })
  }
}

function adviceFor(address: string | null): string {
  if (address === null) {
    return 'A proxy says so, but the guard was not told its address. If one proxy stands before this server, add to the options of your guards: trustedProxies: 1'
  }
  if (address.startsWith('127.') || address === '::1') {
    return `The proxy at ${address} does not say so. Let it send X-Forwarded-Proto; in nginx: proxy_set_header X-Forwarded-Proto $scheme;`
  }
  return `A proxy at ${address} says so, but nobody named it. If it is yours, add to the options of your guards: trustedProxies: ['${address}']`
}
