export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { keyringOfApp } = await import('./keyring.js')
  const keyring = await keyringOfApp()
  // The first start makes a key. Its token is shown this once; the database has only a hash of it.
  const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
  if (keys.length > 0) return
  const { token } = await keyring.create({
    name: 'my first key',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
  })
  console.log(`Your key: ${token.reveal()}`)
}
