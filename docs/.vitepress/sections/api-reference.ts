import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../api-reference')

/** A group for each package, and in it a page for each of its entry points, as `api-reference.ts` wrote them. */
export function apiReference(): { text: string; link?: string; items: { text: string; link: string }[] }[] {
  const packages = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : []
  const overview = { text: 'API', items: [{ text: 'All packages', link: '/api-reference/' }] }
  const groups = packages.map(({ name }) => {
    const pages = readdirSync(join(folder, name)).map((file) => file.replace(/\.md$/, ''))
    const doors = pages.filter((page) => page !== 'index').sort()
    return {
      text: name,
      items: [
        { text: `@keywright/${name}`, link: `/api-reference/${name}/` },
        ...doors.map((door) => ({ text: `@keywright/${name}/${door}`, link: `/api-reference/${name}/${door}` })),
      ],
    }
  })
  return [overview, ...groups]
}
