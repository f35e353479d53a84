import { describe, expect, it } from 'vitest'
import { dpopProofs } from '../src/index.js'

/** The key of all examples of RFC 9449, by its thumbprint (§6.1). */
const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

/** §7.1, figure 12. */
const figure12 = {
  token: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU',
  proof: [
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZld',
    'WQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19',
    '.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIs',
    'ImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9',
    '.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA',
  ].join(''),
}
/** §4.1, figure 2: for the token endpoint, where there is no token yet. */
const figure2 = [
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZld',
  'WQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19',
  '.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ',
  '.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg',
].join('')

describe('the examples of RFC 9449', () => {
  const checker = dpopProofs({ baseUrls: ['https://resource.example.org', 'https://server.example.com'] })
  const asked = { ...figure12, jkt, method: 'GET', url: '/protectedresource', now: new Date(1_562_262_620_000) }

  it('are good for the request that they came with', async () => {
    expect(await checker.check(asked)).toEqual({ ok: true, id: 'e1j3V_bKic8-LAEB', usableMs: 71_000 })
  })

  it.each([
    ['another method', { method: 'POST' }, 'method'],
    ['another resource', { url: '/protectedresource2' }, 'url'],
    ['another token', { token: `${figure12.token}x` }, 'token'],
    ['another key', { jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }, 'key'],
    ['a minute later', { now: new Date(1_562_262_690_000) }, 'time'],
    ['before it was made', { now: new Date(1_562_262_600_000) }, 'time'],
  ])('are none for %s', async (_, other, fault) => {
    expect(await checker.check({ ...asked, ...other })).toEqual({ ok: false, fault })
  })

  it('of the token endpoint are none for an API, which has a token', async () => {
    const ofEndpoint = { ...asked, proof: figure2, method: 'POST', url: '/token' }
    expect(await checker.check(ofEndpoint)).toEqual({ ok: false, fault: 'token' })
  })
})
