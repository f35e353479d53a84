import assert from 'node:assert/strict'

/** `fetch` as a browser offers it to a page of `origin`: it asks the server first, and shows the page what the server exposes. */
export function browserFetch(origin: string): typeof fetch {
  return async (url, init = {}) => {
    const request = new Request(url, init)
    const { method, headers } = request
    const unsafe = [...headers.keys()].filter((name) => name !== 'accept')
    const asked = { 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': unsafe.sort().join(',') }
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { Origin: origin, ...asked } })
    assert.ok(preflight.ok, `the preflight was answered with ${preflight.status}`)
    const allows = (name: string) => list(preflight, `Access-Control-Allow-${name}`)
    assert.deepEqual(allows('Origin'), [origin.toLowerCase()])
    assert.ok(allows('Methods').includes(method.toLowerCase()), `${method} is not allowed`)
    const refused = unsafe.filter((name) => !allows('Headers').includes(name))
    assert.deepEqual(refused, [], 'headers that the server does not allow')

    headers.set('Origin', origin)
    const answer = await fetch(request)
    assert.deepEqual(list(answer, 'Access-Control-Allow-Origin'), [origin.toLowerCase()])
    const shown = new Set([...list(answer, 'Access-Control-Expose-Headers'), 'content-type', 'content-length'])
    const { status, statusText, body } = answer
    return new Response(body, { status, statusText, headers: [...answer.headers].filter(([name]) => shown.has(name)) })
  }
}

function list({ headers }: Response, name: string): string[] {
  return (headers.get(name) ?? '')
    .toLowerCase()
    .split(/, */)
    .filter((word) => word !== '')
}
