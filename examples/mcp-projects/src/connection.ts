/** A client that is connected with a key. */
export interface Connection {
  tools(): Promise<readonly string[]>
  /** What a tool answers, or why it does not. */
  call(name: string, input?: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

/** As much of the official clients as is used here, of either SDK. */
export interface OfficialClient {
  listTools(): Promise<{ tools: readonly { name: string }[] }>
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<{ readonly [field: string]: unknown }>
  close(): Promise<void>
}

export function connectionOf(client: OfficialClient): Connection {
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, input = {}) => {
      const result = await client.callTool({ name, arguments: input }).catch((error: Error) => error.message)
      return typeof result === 'string' ? result : textIn(result.content)
    },
    close: () => client.close(),
  }
}

function textIn(content: unknown): string {
  return Array.isArray(content) ? content.map((part) => String(part.text)).join('\n') : ''
}
