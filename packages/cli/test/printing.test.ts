import { describe, expect, it } from 'vitest'
import { newFolder, runHere, sqlite } from './support/cli-world.js'

describe('keywright scanning', () => {
  const token = 'tk_live_a1B2c3D4e5F6_abcdefghijklmnopqrstuvwxyzABCDEF123456'

  it.each([
    ['gitleaks', /^\[\[rules\]\]\nid = "tk_live-api-key"/],
    ['trufflehog', /^detectors:\n {2}- name: tk_live-api-key/],
    ['github', /^\(\?:/],
  ])('prints the rule for %s of a prefix, and that of the configuration with all environments', async (form, start) => {
    const named = await runHere(['scanning', form, '--prefix', 'tk_live'], { folder: newFolder() })
    expect(named).toMatchObject({ code: 0, out: expect.stringMatching(start), err: '' })
    const configured = await runHere(['scanning', form], { env: sqlite().env })
    expect(configured).toMatchObject({ code: 0, out: expect.stringMatching(start) })
    expect(configured.out).toContain('tk_test')
  })

  it('prints a pattern that finds a token', async () => {
    const { out } = await runHere(['scanning', 'github', '--prefix', 'tk_live,tk_test'])
    expect(new RegExp(out.trim()).exec(`key: "${token}"`)?.[1]).toBe(token)
  })

  it.each([
    [['scanning'], 2, /^form is missing/],
    [['scanning', 'gitleaks', '--prefix', 'TK'], 2, /^namespaces must be/],
    [['scanning', 'gitleaks', '--database-url', 'sqlite:a.db'], 4, /or give --prefix/],
  ])('refuses %j', async (line, code, message) => {
    expect(await runHere(line)).toMatchObject({ code, out: '', err: expect.stringMatching(message) })
  })
})

describe('keywright mcp config', () => {
  const server = ['--name', 'acme', '--url', 'https://api.acme.example/mcp']

  it('prints the block of a client, without a key', async () => {
    const { code, out, err } = await runHere(['mcp', 'config', 'claude-code', ...server])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^# Claude Code: \.mcp\.json/)
    expect(out).toMatch(/Bearer \$\{ACME_API_KEY\}/)
  })

  it('prints those of all clients', async () => {
    const local = ['--name', 'acme', '--command', 'npx', '--args=-y @acme/mcp']
    const { out } = await runHere(['mcp', 'config', ...local, '--json'])
    const { configs } = JSON.parse(out)
    expect(configs.length).toBeGreaterThan(10)
    expect(JSON.stringify(configs)).toContain('@acme/mcp')
  })

  it.each([
    [['mcp', 'config', 'emacs', ...server], /^client must be one of claude-code, /],
    [['mcp', 'config', '--url', 'https://a.example'], /^--name is missing/],
    [['mcp', 'config', '--name', 'acme'], /^Give --url or --command/],
    [['mcp', 'config', ...server, '--args', 'a'], /^--args goes with --command/],
    [['mcp', 'config', '--name', 'acme', '--url', 'ftp://a'], /^url must be /],
  ])('refuses %j', async (line, message) => {
    expect(await runHere(line)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
  })
})

describe('keywright migrate --print', () => {
  it.each(['sqlite', 'postgres', 'mysql'])(
    'prints the SQL of %s, and what comes after a migration alone',
    async (dialect) => {
      const line = ['migrate', '--print', 'sql', '--dialect', dialect]
      const all = await runHere([...line, '--table-prefix', 'kw_'])
      expect(all).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^-- 0001-create-key-tables\n/) })
      expect(all.out).toContain('kw_api_keys')
      const later = await runHere([...line, '--after', '0023-count-webhooks'])
      expect(later.out).toMatch(/^-- 0024-/)
      expect(later.out).not.toContain('0023')
    },
  )

  it('prints what Drizzle separates, and what Prisma runs', async () => {
    const { out } = await runHere(['migrate', '--print', 'drizzle', '--dialect', 'sqlite'])
    const statements = out.split('--> statement-breakpoint\n')
    expect(statements.length).toBeGreaterThan(50)
    for (const statement of statements) expect(statement.trimEnd().endsWith(';')).toBe(true)
    const sql = await runHere(['migrate', '--print', 'sql', '--dialect', 'sqlite'])
    expect((await runHere(['migrate', '--print', 'prisma', '--dialect', 'sqlite'])).out).toBe(sql.out)
  })

  it.each([
    [['--after', '0099-nothing'], /^--after must be the name of a migration/],
    [['--schema', 'x y'], /^Option schema must be/],
  ])('refuses %j', async (more, message) => {
    const ran = await runHere(['migrate', '--print', 'sql', '--dialect', 'postgres', ...more])
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
  })
})
