import { InvalidInput } from '../errors/index.js'
import { isNamespace } from './namespace.js'
import { DEFAULT_SECRET_LENGTH, ID_LENGTH, MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from './token.js'

/** Options of {@link secretScanning}. */
export interface SecretScanningOptions {
  /** Characters of the secret, 22 to 64. @defaultValue 32 */
  readonly secretLength?: number
}

/** How scanners find tokens that got out. */
export interface SecretScanning {
  /** For RE2, Hyperscan (GitHub's custom patterns) and JavaScript. Group 1 is the token. */
  readonly regex: string
  /** A rule for `.gitleaks.toml`. */
  readonly gitleaks: string
  /** A custom detector for TruffleHog, as YAML. */
  readonly trufflehog: string
}

/**
 * Rules by which secret scanners find the tokens of these namespaces (TOK-13).
 *
 * @throws {@link InvalidInput} for no namespaces, or what is none, or a length that no secret has.
 */
export function secretScanning(namespaces: readonly string[], options: SecretScanningOptions = {}): SecretScanning {
  const { secretLength = DEFAULT_SECRET_LENGTH } = options
  const [first] = namespaces
  if (first === undefined || !namespaces.every(isNamespace)) {
    throw new InvalidInput('namespaces', 'one or more, such as tk_live')
  }
  // A rule of a wrong length would never match, and nobody would know.
  if (!Number.isInteger(secretLength) || secretLength < MIN_SECRET_LENGTH || secretLength > MAX_SECRET_LENGTH) {
    throw new InvalidInput('secretLength', `a whole number from ${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH}`)
  }
  const token = `(?:${namespaces.join('|')})_[0-9A-Za-z]{${ID_LENGTH}}_[0-9A-Za-z]{${secretLength + 6}}`
  // In escaped text, the letter of a \n stands before the token and hides the word boundary.
  const regex = `(?:\\b|\\\\[nrt])(${token})\\b`
  const keywords = namespaces.map((namespace) => `${namespace}_`)
  return {
    regex,
    gitleaks: [
      '[[rules]]',
      `id = "${first}-api-key"`,
      `description = "API key: ${namespaces.join(', ')}"`,
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
