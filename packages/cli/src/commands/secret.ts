import { randomBytes } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { command } from '../arguments/index.js'
import { answer, answerJson, exitCode, note, type Output, usageFailure } from '../terminal/index.js'

/** As many as HMAC-SHA-256 can use. */
const bytes = 32

const kinds = {
  pepper: {
    variable: 'KEYWRIGHT_PEPPER',
    use: (variable: string) => `hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.${variable} } })`,
  },
  audit: {
    variable: 'KEYWRIGHT_AUDIT_KEY',
    use: (variable: string) => `auditKeys: { current: 'a1', keys: { a1: process.env.${variable} } }`,
  },
} as const

/** `keywright secret` */
export const secret = command({
  name: 'secret',
  summary: 'Make a random secret, as a line of .env: a pepper, or a key for the audit log.',
  details: 'It is written once, and kept nowhere. Keep it out of the database and out of repositories.',
  takes: [{ name: 'kind', summary: 'What it is for. Default: pepper.', required: false, choices: Object.keys(kinds) }],
  options: { name: { type: 'text', value: 'variable', summary: 'The name of the variable.' } },
  examples: ['secret >> .env', 'secret audit >> .env', 'secret --name API_KEY_PEPPER'],
  run: async ({ name, json }, io, [kind = 'pepper']) => {
    const { variable: usual, use } = kind === 'audit' ? kinds.audit : kinds.pepper
    const variable = name ?? usual
    if (!/^[A-Za-z_]\w*$/.test(variable))
      throw usageFailure('--name must be the name of a variable: letters, digits and _, such as API_KEY_PEPPER.')
    const value = randomBytes(bytes).toString('base64url')
    if (json) await answerJson(io, { name: variable, value })
    else {
      await answer(io, `${isWithinFile(io.stdout) ? '\n' : ''}${variable}=${value}`)
      await note(io, `For createKeyring: ${use(variable)}`)
    }
    return exitCode.ok
  },
})

/** The last line of that file may have no end, and the secret would become a part of it. */
function isWithinFile({ fd }: Output): boolean {
  if (typeof fd !== 'number') return false
  const file = fstatSync(fd)
  return file.isFile() && file.size > 0
}
