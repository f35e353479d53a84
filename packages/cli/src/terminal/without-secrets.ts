import type { Io } from './io.js'

/** Variables that hold secrets, or addresses with passwords in them. */
const addresses = ['KEYWRIGHT_DATABASE_URL', 'DATABASE_URL'] as const
const secrets = ['KEYWRIGHT_PEPPER', 'KEYWRIGHT_AUDIT_KEY'] as const
/** A shorter text is in too many words. */
const fewestCharacters = 4

/**
 * Takes secrets out of a text that the program did not write itself: drivers and configurations put into their errors what they
 * like.
 *
 * @param given - An address of the command line.
 */
export function withoutSecrets(text: string, { env }: Pick<Io, 'env'>, given: string | undefined): string {
  const known = [
    ...[given, ...addresses.map((name) => env[name])].flatMap(passwordsIn),
    ...secrets.flatMap((name) => env[name] ?? []),
  ]
  const hidden = known.filter(({ length }) => length >= fewestCharacters)
  const clean = hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
  // An address that nobody named: of another variable, or of another server.
  return clean.replace(/(\w+:\/\/[^\s:/@]*):[^\s@]*@/g, '$1:***@')
}

/** The password of an address as it is written, and as it is meant. */
function passwordsIn(address: string | undefined): string[] {
  const [, password] = /^\w+:\/\/[^:/@]*:([^@]*)@/.exec(address ?? '') ?? []
  if (password === undefined) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}
