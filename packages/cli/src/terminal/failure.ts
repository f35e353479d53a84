import { type ExitCode, exitCode } from './exit-code.js'

/** Why the program itself refuses: stable codes, beside those of `KeyError`. */
export type FailureCode =
  | 'usage'
  | 'not_confirmed'
  | 'cancelled'
  | 'no_config'
  | 'config_failed'
  | 'missing_package'
  | 'missing_variable'
  | 'unreadable_file'
  | 'unwritable_file'
  | 'file_exists'
  | 'install_failed'
  | 'import_stopped'
  | 'unread'
  | 'token_not_written'

const exits: Readonly<Record<FailureCode, ExitCode>> = {
  usage: exitCode.usage,
  not_confirmed: exitCode.usage,
  unreadable_file: exitCode.usage,
  unwritable_file: exitCode.usage,
  file_exists: exitCode.usage,
  import_stopped: exitCode.refused,
  unread: exitCode.unread,
  token_not_written: exitCode.unread,
  cancelled: exitCode.cancelled,
  no_config: exitCode.setup,
  config_failed: exitCode.setup,
  missing_package: exitCode.setup,
  missing_variable: exitCode.setup,
  install_failed: exitCode.setup,
}

/** An error of the program's own. Its message is for people, and holds nothing that may be a secret. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly exit: ExitCode

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.exit = exits[code]
  }
}

/** A command line that cannot be carried out. */
export function usageFailure(message: string): Failure {
  return new Failure('usage', message)
}
