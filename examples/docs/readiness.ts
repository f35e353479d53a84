import type { Keyring } from '@keywright/core'

/** What a process does once before it takes requests. Warnings are printed; an error keeps it from starting. */
export async function checkKeyring(keyring: Pick<Keyring, 'doctor'>): Promise<void> {
  const findings = await keyring.doctor()
  for (const { code, message } of findings) console.warn(`${code}: ${message}`)
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(`Not ready: ${errors.map(({ code }) => code).join(', ')}`)
}
