import { adapterOf } from '@keywright/core/adapter'
import { type SecretScanning, secretScanning } from '@keywright/core/token'
import { command, readWholeNumber } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode } from '../terminal/index.js'

const forms = ['gitleaks', 'trufflehog', 'github'] as const

/** `keywright scanning` */
export const scanning = command({
  name: 'scanning',
  summary: 'Print a rule for secret scanners, which finds leaked tokens.',
  details:
    'For gitleaks it is TOML for .gitleaks.toml, for TruffleHog YAML, and for GitHub the pattern of a custom secret.\nWithout --prefix, the configuration says what tokens look like.',
  takes: [{ name: 'form', summary: 'Whose rule.', choices: forms }],
  options: {
    ...placeOptions,
    prefix: { type: 'texts', value: 'text', summary: 'The beginning of tokens, such as tk_live. May be repeated.' },
    'secret-length': {
      type: 'text',
      value: 'count',
      summary: 'The secretLength of the keyring, with --prefix. Default: 32.',
    },
  },
  examples: [
    'scanning gitleaks >> .gitleaks.toml',
    'scanning github --prefix tk_live,tk_test',
    'scanning trufflehog --json',
  ],
  run: async (given, io, [form]) => {
    const { prefix, json } = given
    const rules =
      prefix.length === 0
        ? await withKeyring(io, given, async ({ keyring }) => ofFormat(adapterOf(keyring).format), {
            configFor: 'it says what tokens look like; or give --prefix',
          })
        : secretScanning(prefix, { secretLength: readWholeNumber(given['secret-length'], 'secret-length') })
    if (json) await answerJson(io, rules)
    else await answer(io, form === 'gitleaks' ? rules.gitleaks : form === 'trufflehog' ? rules.trufflehog : rules.regex)
    return exitCode.ok
  },
})

/** Tokens of other environments leak as well. Each beginning is looked for with each length that there is. */
function ofFormat({
  namespaces,
  foreign,
  secretLength: [first, ...others],
}: ReturnType<typeof adapterOf>['format']): SecretScanning {
  const all = [...new Set([...namespaces, ...foreign])]
  const formerly = others.flatMap((secretLength) => all.map((prefix) => ({ prefix, secretLength })))
  return secretScanning(all, { secretLength: first, formerly })
}
