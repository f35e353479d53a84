import { sqlite, postgres } from './databases.js'
import { createTokens, keyringOver, verifyGood } from '../test/performance/keyring.js'
const which = process.argv[2]
const d = which==='pg' ? await postgres('kwprof') : await sqlite()
if (!d) throw 1
const keyring = keyringOver(d.store)
const tokens = await createTokens(keyring, 100)
const N=Number(process.argv[3]??20000)
const run = async (n:number) => { const t=performance.now(); const a=process.cpuUsage(); for (let i=0;i<n;i++) await verifyGood(keyring,tokens[i%100]!); const c=process.cpuUsage(a); return ['cpu',((c.user+c.system)/n).toFixed(1),'wall',((performance.now()-t)*1000/n).toFixed(1)].join(' ') }
await run(5000)
for(let i=0;i<5;i++) console.log(await run(N/5))
await keyring.close(); await d.close()
