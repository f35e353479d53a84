import { checkNames } from '../check/index.js'
import { minTail } from '../child-token/index.js'
import {
  DEFAULT_SECRET_LENGTH,
  type FormerFormat,
  ID_LENGTH,
  isNamespace,
  readFormerly,
  readSecretLength,
} from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'

/** The form of the tokens that {@link secretScanning} describes. */
export interface SecretScanningOptions {
  /** The `secretLength` of the keyring: 22 to 64 characters. @defaultValue 32 */
  readonly secretLength?: number | undefined
  /** The `formerly` of the keyring: formats of older tokens, which may leak as well. @defaultValue none */
  readonly formerly?: readonly FormerFormat[] | undefined
}

/** Rules for secret scanners, which find leaked tokens. */
export interface SecretScanning {
  /** A pattern for RE2, Hyperscan (GitHub's custom patterns) and JavaScript. Group 1 is the token. */
  readonly regex: string
  /** A rule for `.gitleaks.toml`. */
  readonly gitleaks: string
  /** A custom detector for TruffleHog, as YAML. */
  readonly trufflehog: string
}

/**
 * Returns rules with which secret scanners find the tokens of these namespaces: those of keys, and those that keys delegated.
 *
 * @param namespaces - The beginnings of the tokens, such as `tk_live`.
 * @throws {@link InvalidInput} when there is no namespace, one is malformed, or `secretLength` is not 22 to 64; also in `formerly`.
 *
 * @example
 * ```ts
 * const { gitleaks } = secretScanning(['tk_live', 'tk_test'])
 * await appendFile('.gitleaks.toml', gitleaks)
 * ```
 */
export function secretScanning(namespaces: readonly string[], options: SecretScanningOptions = {}): SecretScanning {
  checkNames(options, { secretLength: true, formerly: true }, { Invalid: InvalidInput })
  const { secretLength = DEFAULT_SECRET_LENGTH, formerly } = options
  const [first] = Array.isArray(namespaces) ? namespaces : []
  if (
    first === undefined ||
    !namespaces.every((namespace) => typeof namespace === 'string' && isNamespace(namespace))
  ) {
    throw new InvalidInput('namespaces', 'a list of at least one namespace such as tk_live')
  }
  // A rule with a wrong length would never match, and nothing would show it.
  const length = readSecretLength(secretLength, 'secretLength', InvalidInput)
  const former = readFormerly(formerly, length, InvalidInput)
  const formats = [...namespaces.map((namespace) => ({ namespace, secretLength: length })), ...former]
  const lengths = [...new Set(formats.map((format) => format.secretLength))]
  const forms = lengths.map((each) => {
    const names = formats.filter((format) => format.secretLength === each).map(({ namespace }) => namespace)
    // Behind the id, the secret of a key, or the id and the body of a delegated token.
    const delegated = `[0-9A-Za-z]{${ID_LENGTH}}_[0-9A-Za-z]{${minTail},}`
    return `(?:${[...new Set(names)].join('|')})_[0-9A-Za-z]{${ID_LENGTH}}_(?:[0-9A-Za-z]{${each + 6}}|${delegated})`
  })
  const token = forms.length === 1 ? forms.join() : `(?:${forms.join('|')})`
  const all = [...new Set(formats.map(({ namespace }) => namespace))]
  // In escaped text, a token may follow the letter of `\n`. There is no word boundary between the two.
  const regex = `(?:\\b|\\\\[nrt])(${token})\\b`
  const keywords = all.map((namespace) => `${namespace}_`)
  return {
    regex,
    gitleaks: [
      '[[rules]]',
      `id = "${first}-api-key"`,
      `description = "API key: ${all.join(', ')}"`,
      `regex = '''${regex}'''`,
      `keywords = [${keywords.map((keyword) => `"${keyword}"`).join(', ')}]`,
      '',
    ].join('\n'),
    trufflehog: [
      'detectors:',
      `  - name: ${first}-api-key`,
      '    keywords:',
      ...keywords.map((keyword) => `      - ${keyword}`),
      '    regex:',
      `      token: '${regex}'`,
      '',
    ].join('\n'),
  }
}
