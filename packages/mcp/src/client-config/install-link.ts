import { Buffer } from 'node:buffer'

/** Asks Cursor to install `entry`: what stands under the name, not the name with it. */
export function cursorLink(name: string, entry: object): string {
  const config = Buffer.from(JSON.stringify(entry), 'utf8').toString('base64')
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(config)}`
}

/** Asks VS Code to install `server`: an entry with its name and the inputs that it needs. */
export function vsCodeLink(server: object): string {
  // VS Code decodes the query twice: a `%22` of a URL would end the text it is in.
  const json = JSON.stringify(server).replaceAll('%', '\\u0025')
  return `vscode:mcp/install?${encodeURIComponent(json)}`
}
