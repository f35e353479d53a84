import type { Secret } from '@keywright/core'

/** A request to try, such as `GET /tasks`; what it shows, and the status of its answer. */
export type Attempt = readonly [status: number, what: string, request: string, token: Secret, json?: object]

/** Writes each attempt as a line for a shell, below what it shows. The lines have the keys in them: the person has to send one. */
export function toCurl(origin: string, attempts: readonly Attempt[]): string {
  return attempts
    .map(([status, what, request, token, json]) => {
      const [method = '', path = ''] = request.split(' ')
      const body = json === undefined ? '' : ` -H 'Content-Type: application/json' -d '${JSON.stringify(json)}'`
      const accept = path === '/mcp' ? " -H 'Accept: application/json, text/event-stream'" : '' // MCP asks for both
      const verb = method === (json === undefined ? 'GET' : 'POST') ? '' : ` -X ${method}`
      return `# ${status}: ${what}\ncurl -i${verb} -H 'Authorization: Bearer ${token.reveal()}'${accept}${body} '${origin}${path}'`
    })
    .join('\n')
}
