import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../src/commands/index.js'
import { newFolder, runHere } from './support/cli-world.js'

async function scriptFor(shell: string): Promise<string> {
  const { code, out, err } = await runHere(['completions', shell])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const path = join(newFolder(), `keywright.${shell}`)
  writeFileSync(path, out)
  return path
}

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined

describe('keywright completions', () => {
  it.each([
    [
      ['keywright', ''],
      ['keys', 'audit', 'migrate', '--version'],
    ],
    [['keywright', 'mig'], ['migrate']],
    [
      ['keywright', 'keys', ''],
      ['create', 'revoke'],
    ],
    [['keywright', 'keys', 'list', '--st'], ['--status']],
    [['keywright', 'migrate', '--pr'], ['--print']],
    [
      ['keywright', 'completions', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('bash completes %j', async (words, expected) => {
    const script = await scriptFor('bash')
    const asked = `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _keywright; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', asked], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(expected))
  })

  it.each(['zsh', 'fish'])('%s gets every command and option, in a script that it can read', async (shell) => {
    const script = await scriptFor(shell)
    const { out } = await runHere(['completions', shell])
    for (const { name, options } of commands) {
      for (const word of name.split(' ')) expect(out).toContain(word)
      for (const option of Object.keys(options)) expect(out).toContain(option)
    }
    if (isThere(shell)) expect(spawnSync(shell, ['-n', script]).status).toBe(0)
  })

  it('refuses another shell', async () => {
    expect(await runHere(['completions', 'tcsh'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('shell must be one of bash, zsh, fish.'),
    })
  })
})
