// oidc-provider as a hospital's sign-in service, with the part of a FHIR server that names it. Prints its base when it is ready.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'none.js'))
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')))

const server = createServer()
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const issuer = `http://127.0.0.1:${server.address().port}`
const base = `${issuer}/r4`

// What this service gives for data, however much is asked for.
const scope = 'user/Patient.rs user/Observation.rs user/Encounter.rs'
const people = { okafor: { fhirUser: `${base}/Practitioner/okafor`, name: 'N. Okafor' }, stranger: {} }

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'vigil',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  claims: { openid: ['sub'], fhirUser: ['fhirUser', 'name'] },
  scopes: ['openid', 'offline_access', 'fhirUser'],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 86400, Grant: 86400, Session: 86400, Interaction: 600 },
  features: {
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => base,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope, audience: base, accessTokenFormat: 'jwt' }),
    },
  },
})

const configuration = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  code_challenge_methods_supported: ['S256'],
  capabilities: ['launch-standalone', 'client-public', 'sso-openid-connect', 'permission-user', 'permission-v2'],
}
// Servers that say something else of the same service.
const kinds = {
  r4: configuration,
  plain: { ...configuration, code_challenge_methods_supported: ['plain'] },
  unproven: { ...configuration, code_challenge_methods_supported: undefined },
  elsewhere: { ...configuration, issuer: `${issuer}/` },
  clear: { ...configuration, token_endpoint: 'http://192.0.2.1/token' },
  ward: configuration,
  nameless: { ...configuration, issuer: undefined },
}
// A ward's server behind it, where one is named: it tells what it is to everybody, and gives data to who has a token.
const ward = process.argv[3]
async function guarded(request, response, path) {
  if (!path.startsWith('metadata') && !/^Bearer ./.test(request.headers.authorization ?? '')) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' })
    return response.end()
  }
  const body = []
  for await (const part of request) body.push(part)
  const headers = { accept: 'application/fhir+json', 'content-type': 'application/fhir+json' }
  for (const name of ['if-none-exist', 'if-match', 'if-none-match'])
    if (request.headers[name]) headers[name] = request.headers[name]
  const answer = await fetch(`${ward}/${path}`, {
    method: request.method,
    headers,
    body: body.length > 0 ? Buffer.concat(body) : undefined,
  })
  response.writeHead(answer.status, { 'content-type': 'application/fhir+json', date: answer.headers.get('date') ?? '' })
  response.end(Buffer.from(await answer.arrayBuffer()))
}
const callback = provider.callback()
server.on('request', (request, response) => {
  const [, kind, ...rest] = request.url.split('/')
  if (kinds[kind] && rest.join('/') === '.well-known/smart-configuration') {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(kinds[kind]))
  } else if (ward && ['ward', 'fhir'].includes(kind)) {
    // Its own links lead past the guard, and are followed here.
    guarded(request, response, rest.join('/')).catch(() => response.destroy())
  } else {
    callback(request, response)
  }
})
console.log(issuer)
