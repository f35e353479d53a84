import { defineConfig, type MarkdownOptions } from 'vitepress'
import { drawDiagrams } from './diagrams.js'
import { writePlainText } from './plain-text.js'
import { repository, siteLink } from './repository.js'
import { apiReference } from './sections/api-reference.js'
import concepts from './sections/concepts.js'
import guides from './sections/guides.js'
import operations from './sections/operations.js'
import type { PageLink } from './sections/page-link.js'
import project from './sections/project.js'
import quickStarts from './sections/quick-starts.js'
import reference from './sections/reference.js'

/** What comes before each path, such as `/keywright/`. @defaultValue `/` */
const base = process.env.DOCS_BASE ?? '/'
const description = 'API keys for your product, inside your own backend.'

const section = (text: string, items: readonly PageLink[]) => (items.length === 0 ? [] : [{ text, items: [...items] }])

/** Where the heading of a section leads, in the bar at the top. */
const entry = (text: string, [first]: readonly PageLink[], folder: string) =>
  first === undefined ? [] : [{ text, link: first.link, activeMatch: folder }]

const linksOutside: NonNullable<MarkdownOptions['config']> = (markdown) => {
  markdown.core.ruler.push('links-outside-docs', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const target = token.type === 'link_open' ? token.attrGet('href') : null
      // Written before VitePress makes the links of its own pages.
      if (target !== null) token.attrSet('href', siteLink(target, env.relativePath))
    }
  })
}

export default defineConfig({
  base,
  title: 'Keywright',
  description,
  lang: 'en',
  cleanUrls: true,
  srcExclude: ['node_modules/**', 'dashboard/**'],
  // Every dead link is an error: this is the check of links.
  ignoreDeadLinks: false,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  markdown: {
    config: (markdown) => {
      linksOutside(markdown)
      drawDiagrams(markdown)
    },
    // As on GitHub, so that a link to a heading works in both places.
    anchor: {
      slugify: (heading) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
          .replaceAll(' ', '-'),
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      ...entry('Quick start', quickStarts, '/quick-start/'),
      ...entry('Concepts', concepts, '/concepts/'),
      ...entry('Guides', guides, '/guides/'),
      ...entry('Reference', reference, '/reference/'),
      { text: 'API', link: '/api-reference/', activeMatch: '/api-reference/' },
    ],
    sidebar: {
      '/': [
        ...section('Quick start', quickStarts),
        ...section('Concepts', concepts),
        ...section('Guides', guides),
        ...section('In operation', operations),
        ...section('Reference', reference),
        ...section('The project', project),
      ],
      '/api-reference/': apiReference(),
    },
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page on GitHub' },
    footer: { message: 'MIT licence' },
  },
  transformPageData: ({ relativePath }) =>
    // Written by TypeDoc: there is no file to edit.
    relativePath.startsWith('api-reference/') ? { frontmatter: { editLink: false } } : undefined,
  // The index of the search is one file, which is loaded with the first search.
  vite: { build: { chunkSizeWarningLimit: 4_000 } },
  buildEnd: (site) => writePlainText(site, description),
})
