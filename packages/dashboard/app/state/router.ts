import { useEffect, useMemo, useState } from 'preact/hooks'

/** Where in the page somebody is: `['keys', 'aB3dE5gH7jK9']`. */
export interface Router {
  readonly path: readonly string[]
  /** The link to a place, for `href`. */
  href(...path: readonly string[]): string
  go(...path: readonly string[]): void
  /** The same, without a way back. */
  replace(...path: readonly string[]): void
}

/** Keeps the place in the hash of the URL, or, where the host's own router has that, in memory. */
export function useRouter(hasHash: boolean): Router {
  const [path, setPath] = useState(() => (hasHash ? pathOf(location.hash) : []))
  useEffect(() => {
    if (!hasHash) return
    const read = (): void => setPath(pathOf(location.hash))
    addEventListener('hashchange', read)
    // It may have changed before anybody listened.
    read()
    return () => removeEventListener('hashchange', read)
  }, [hasHash])
  return useMemo(() => {
    const href = (...to: readonly string[]): string => `#/${to.map(encodeURIComponent).join('/')}`
    const go = (...to: readonly string[]): void => {
      if (hasHash) location.hash = href(...to)
      else setPath(to)
    }
    const replace = (...to: readonly string[]): void => {
      if (hasHash) location.replace(href(...to))
      else setPath(to)
    }
    return { path, href, go, replace }
  }, [path, hasHash])
}

function pathOf(hash: string): readonly string[] {
  if (!hash.startsWith('#/')) return []
  return hash
    .slice(2)
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part)
      } catch {
        return part
      }
    })
}
