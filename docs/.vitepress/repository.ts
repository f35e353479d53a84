import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Where the sources are shown. */
export const repository = 'https://github.com/keywright/keywright'

/** The folder of the repository. */
export const root: string = join(import.meta.dirname, '../..')

/**
 * Pages link to files outside `docs` by their relative paths, so that GitHub shows them too. The site has no such files: there, the
 * link leads to GitHub.
 *
 * @param page - The page with the link, relative to `docs`.
 * @returns the address for the site; `target` itself if it is one of the site already.
 * @throws Error if the link leads to nothing.
 */
export function siteLink(target: string, page: string): string {
  if (/^([a-z]+:|#|\/)/.test(target)) return target
  const [path = '', fragment] = target.split('#')
  const file = posix.join('docs', posix.dirname(page), path)
  if (file.startsWith('docs/')) return target
  if (!existsSync(join(root, file))) throw new Error(`docs/${page} links to ${target}, which is not there.`)
  const kind = statSync(join(root, file)).isDirectory() ? 'tree' : 'blob'
  return `${repository}/${kind}/main/${file}${fragment === undefined ? '' : `#${fragment}`}`
}
