import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { commands } from '../src/commands/index.js'
import { newFolder, runProgram, testedEngines } from './support/cli-world.js'

/** Each is a process that compiles what it loads: a busy machine takes its time. */
const patienceMs = 600_000

/** A command line, and what it answers. */
interface Step {
  /** `<id>` stands for the id of the key, and `PLACE` for the address of the database. */
  readonly line: string
  readonly out: RegExp
  readonly code?: number
  readonly input?: 'token' | 'row'
  /** Whether it is run in another folder, without the configuration. */
  readonly isElsewhere?: true
  /** Whether the quick run has it, too: it tries one of each kind. */
  readonly isQuick?: true
}

const steps: readonly Step[] = [
  { line: 'secret', out: /^KEYWRIGHT_PEPPER=[\w-]{43}\n$/ },
  { line: 'init starter --framework express', out: /server\.js/, isElsewhere: true },
  { line: 'migrate', out: /^Ran 0001-/, isQuick: true },
  { line: 'keys create ci --organization acme --scope tasks.read', out: /^tk_live_\w+\n$/, isQuick: true },
  { line: 'keys list --organization acme', out: /^ID .*\n<id> +ci +active/ },
  { line: 'keys show <id>', out: /^id +<id>\nname +ci\n/ },
  { line: 'verify', out: /^The token is good\.\nkey +<id>\n/, input: 'token', isQuick: true },
  { line: 'keys update <id> --name nightly', out: /^id +<id>\nname +nightly\n/ },
  { line: 'budgets show <id>', out: /^There is no budget\.\n$/ },
  { line: 'keys update <id> --budget 10/month', out: /\nbudget +10\/month, UTC\n/ },
  { line: 'budgets grant 5 <id>', out: /^key: 15 of 10 credits are left, refilled / },
  { line: 'keys disable <id> --yes', out: /^Key <id> is disabled\.\n$/ },
  { line: 'keys enable <id>', out: /^Key <id> is active\.\n$/ },
  { line: 'keys transfer <id> --creator bob --yes', out: /<id>/ },
  { line: 'keys revoke-all --organization acme --creator user:zoe --dry-run', out: /^$/ },
  { line: 'keys rotate <id> --grace 1h --yes', out: /^tk_live_<id>_\w+\n$/ },
  { line: 'keys rotate-schedule <id> --every 30d --yes', out: /^every +30d\ngrace +1d\nnext +/ },
  { line: 'keys rotate-schedule <id> --end --yes', out: /^Key <id> has no schedule\.\n$/ },
  { line: 'stats --organization acme', out: /^active +1\n/ },
  {
    line: 'import - --form jsonl --from table --holders organization',
    out: /^1 imported, 0 present, 0 skipped, 0 refused\.\n$/,
    input: 'row',
  },
  { line: 'doctor', out: /^All is well\.\n$/ },
  { line: 'due --dry-run', out: /^Nothing was done\. Due: 0 expiring, 0 unused/ },
  { line: 'scanning gitleaks', out: /^\[\[rules\]\]\n/ },
  { line: 'mcp config cursor --name acme --url https://acme.example/mcp', out: /^# Cursor: / },
  { line: 'completions bash', out: /^_keywright_words\(\)/ },
  {
    line: 'keys revoke <id> --yes --without-audit-keys PLACE',
    out: /^Key <id> is revoked\.\n$/,
    isElsewhere: true,
    isQuick: true,
  },
  { line: 'verify', out: /^The token is refused: api_key_revoked, <id>\.\n$/, code: 1, input: 'token' },
  { line: 'keys delete <id> --yes', out: /^Key <id> is deleted\.\n$/ },
  { line: 'audit list --organization acme', out: /^NO\. .*\n\d+ .* api_key\.deleted / },
  { line: 'audit export --organization acme', out: /^\{.*"seq":1,[\s\S]*"audit\.exported".*\}\n$/ },
  { line: 'audit verify --organization acme', out: /^The log is as it was written: \d+ records, / },
]

const row = JSON.stringify({
  name: 'old',
  organization: 'acme',
  hash: createHash('sha256').update('a token of elsewhere').digest('hex'),
  entropyBits: 190,
})

// How MySQL is spoken to is tried within this process: see life.test.ts.
const engines = testedEngines().filter(({ name }) => name !== 'MariaDB')

describe.each(engines)('the program, as a process of its own, on $name', ({ open }) => {
  it(
    'carries out each command',
    async () => {
      const { env: opened, options } = await open()
      const env = { ...opened, TEST_NOTICES: 'taken', TEST_VAULT: 'there' }
      let token = ''
      for (const { line, out, code = 0, input, isElsewhere = false } of steps.filter(
        ({ isQuick }) => testsEverything || isQuick,
      )) {
        const id = token.split('_')[2] ?? ''
        const words = line.split(' ').flatMap((word) => (word === 'PLACE' ? options : word === '<id>' ? id : word))
        const typed = input === undefined ? {} : { input: input === 'token' ? token : row }
        const ran = await runProgram(words, { ...typed, ...(isElsewhere ? { folder: newFolder() } : { env }) })
        expect({ line, ...ran }).toMatchObject({ line, code })
        expect(ran.out).toMatch(new RegExp(out.source.replaceAll('<id>', id)))
        if (line.startsWith('keys create')) token = ran.out.trim()
      }
    },
    patienceMs,
  )
})

it('there is a step for each command', () => {
  expect(
    commands.map(({ name }) => name).filter((name) => !steps.some(({ line }) => `${line} `.startsWith(`${name} `))),
  ).toEqual([])
})
