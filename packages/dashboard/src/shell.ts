import { languages, script, style } from '#page'
import type { Setup } from './read-options.js'

/** The document around the element. `base` is the last part of its own path: the two files stand below it. */
export function shell({ api, lang, dir, page }: Setup, base: string): string {
  const file = (name: string): string => escapeText(`./${base === '' ? '' : `${base}/`}${name}`)
  const language = languageOf(lang)
  const { title, noScript } = words[language] ?? words.en
  const scripts = [languages[language], script].flatMap((one) => one?.name ?? [])
  return `<!doctype html>
<html lang="${escapeText(lang)}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeText(page.productName)} · ${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${file(style.name)}">
${scripts.map((name) => `<script type="module" src="${file(name)}"></script>`).join('\n')}
</head>
<body>
<main>
<keywright-settings api="${escapeText(api)}" lang="${escapeText(lang)}" options="${escapeText(JSON.stringify(page))}"></keywright-settings>
</main>
<noscript>${noScript}</noscript>
</body>
</html>
`
}

/** What the document says before the page does. */
const words: Readonly<Record<string, Words>> & { readonly en: Words } = {
  en: { title: 'API keys', noScript: 'This page needs JavaScript.' },
  de: { title: 'API-Schlüssel', noScript: 'Diese Seite braucht JavaScript.' },
}

interface Words {
  readonly title: string
  readonly noScript: string
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** `de-AT` is German. */
function languageOf(lang: string): string {
  return lang.toLowerCase().split('-')[0] ?? ''
}
