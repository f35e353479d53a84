/**
 * The settings page as an element, `<keywright-settings api="/api/api-keys">`. To import this module defines it; on a server, where there
 * are no elements, the import does nothing. It takes the attributes `api`, `lang`, and `options`: JSON of what the handler passes.
 */
export declare class KeywrightSettings extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    'keywright-settings': KeywrightSettings
  }
}
