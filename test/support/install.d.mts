/** Options of npm for what nobody reads, from its own cache where it can. */
export declare const quiet: readonly string[]

/**
 * Installs a package of the registry by itself, once.
 *
 * @param options - Whether npm runs the scripts that a package wants to be installed with.
 * @returns The folder `node_modules` that holds it.
 */
export declare function install(
  name: string,
  version: string,
  options?: { readonly scripts?: boolean; readonly compile?: boolean; readonly beside?: readonly string[] },
): string
