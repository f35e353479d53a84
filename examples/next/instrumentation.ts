/** Next calls this once, when the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { keyringOfApp } = await import('./keyring')
  const keyring = await keyringOfApp()
  const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
  if (keys.length > 0) return console.log('The key was shown at the first start; delete keys.sqlite to begin again.')
  const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
  const { token } = await keyring.create({ name: 'my first key', owner, scopes: ['tasks.read'] })
  const url = `http://localhost:${process.env.PORT ?? 3000}/api/tasks`
  console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' ${url}`)
}
