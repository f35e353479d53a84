import type {
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'

/** What an MCP client keeps of its registration and its tokens, in memory. `opened` is the page that it opened in the browser. */
export type OAuthClient = OAuthClientProvider & { readonly callback: string; opened: URL | null }

export function createOAuthClient(): OAuthClient {
  const callback = 'http://127.0.0.1:1/callback'
  let registration: StoredOAuthClientInformation | undefined
  let tokens: StoredOAuthTokens | undefined
  let discovered: OAuthDiscoveryState | undefined
  let verifier = ''
  return {
    callback,
    opened: null,
    redirectUrl: callback,
    clientMetadata: {
      client_name: 'example',
      redirect_uris: [callback],
      grant_types: ['authorization_code'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => registration,
    saveClientInformation: (saved) => {
      registration = saved
    },
    tokens: () => tokens,
    saveTokens: (saved) => {
      tokens = saved
    },
    discoveryState: () => discovered,
    saveDiscoveryState: (saved) => {
      discovered = saved
    },
    redirectToAuthorization(url) {
      this.opened = url
    },
    saveCodeVerifier: (saved) => {
      verifier = saved
    },
    codeVerifier: () => verifier,
  }
}
