import { Buffer } from 'node:buffer'

/** A link that asks Cursor to install `entry`: the value under the server's name, without the name. */
export function cursorLink(name: string, entry: object): string {
  const config = Buffer.from(JSON.stringify(entry), 'utf8').toString('base64')
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(config)}`
}

/** A link that asks VS Code to install `server`: an entry with its name and its inputs. */
export function vsCodeLink(server: object): string {
  // VS Code decodes the query twice, so a `%22` of a URL would end its JSON string.
  const json = JSON.stringify(server).replaceAll('%', '\\u0025')
  return `vscode:mcp/install?${encodeURIComponent(json)}`
}
