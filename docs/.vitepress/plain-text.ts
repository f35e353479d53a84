import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SiteConfig } from 'vitepress'
import { siteLink } from './repository.js'

/**
 * Writes each page as Markdown beside its HTML, for programs that read: `llms.txt` lists them, and `llms-full.txt` has all but those
 * of the API reference, which are long.
 */
export function writePlainText({ outDir, srcDir, pages, site }: SiteConfig, description: string): void {
  const texts = pages.map((page) => ({ page, text: plain(readFileSync(join(srcDir, page), 'utf8'), page) }))
  for (const { page, text } of texts) {
    const file = join(outDir, page)
    mkdirSync(dirname(file), { recursive: true })
    // The words of the home page are in what only the site reads.
    writeFileSync(file, page === 'index.md' ? `# Keywright\n\n> ${description}\n\n${text}` : text)
  }
  const line = ({ page, text }: { page: string; text: string }): string =>
    `- [${/^# (.+)$/m.exec(text)?.[1] ?? 'Home'}](${site.base}${page})`
  const isApi = ({ page }: { page: string }): boolean => page.startsWith('api-reference/')
  const written = texts.filter((one) => !isApi(one))
  const index = ['# Keywright', `> ${description}`, '## Pages', written.map(line).join('\n')]
  const api = ['## API of all packages', texts.filter(isApi).map(line).join('\n')]
  writeFileSync(join(outDir, 'llms.txt'), `${[...index, ...api].join('\n\n')}\n`)
  writeFileSync(join(outDir, 'llms-full.txt'), written.map(({ text }) => text.trim()).join('\n\n---\n\n'))
}

/** A page without what only the site reads, and with links that lead somewhere from its plain text. */
function plain(source: string, page: string): string {
  return source
    .replace(/^---\n[\s\S]*?\n---\n+/, '')
    .replace(/<a id="[^"]*"><\/a> /g, '')
    .replace(/\]\(([^)\s]+)\)/g, (_, target: string) => `](${siteLink(target, page)})`)
}
