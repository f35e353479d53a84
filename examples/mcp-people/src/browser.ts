/**
 * Opens the pages of the authorization server as a browser does, signs in as `person`, and consents.
 *
 * @param callback - Where the client awaits the person.
 * @returns the parameters with which the browser comes back to the client.
 */
export async function signIn(start: URL, person: string, callback: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  let [url, form]: [URL, URLSearchParams | null] = [start, null]
  for (let pages = 0; pages < 20; pages++) {
    const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = form === null ? {} : { method: 'POST', body: form }
    const page = await fetch(url, { redirect: 'manual', headers: { Cookie }, ...sent })
    for (const cookie of page.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const html = await page.text()
    const location = page.headers.get('location')
    if (location !== null) {
      url = new URL(location, url)
      form = null
      if (url.href.startsWith(callback)) return url.searchParams
    } else {
      const [, action] = /<form[^>]* action="([^"]+)"/.exec(html) ?? []
      const [, prompt = ''] = /name="prompt" value="([^"]+)"/.exec(html) ?? []
      if (action === undefined) throw new Error(`No form at ${url.pathname}: ${page.status}`)
      url = new URL(action, url)
      form = new URLSearchParams({ prompt, ...(prompt === 'login' ? { login: person, password: 'any' } : {}) })
    }
  }
  throw new Error('The pages do not end')
}
