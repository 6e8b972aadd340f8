// An OpenID provider with a few people: provider.mjs PORT CLOUD.  Any password but "wrong" will do.
import { Provider, errors } from 'oidc-provider';

const [port, cloud] = process.argv.slice(2);
const AUDIENCE = 'https://kilonova.example/api';
const PROJECT = { project_id: 'feedfeedfeedfeedfeedfeedfeedfeed', project_name: 'federated' };
const PEOPLE = {
  ada: { ...PROJECT, roles: ['admin'] },
  max: { ...PROJECT, roles: ['member'] },
  rita: { ...PROJECT, roles: ['reader'] },
  nobody: {},
};
const told = (name) => ({ preferred_username: name, email: `${name}@example.org`, ...PEOPLE[name] });
const robots = { robot: 'max', opaque: 'max' };

const machine = (client_id) => ({
  client_id,
  client_secret: `${client_id}-secret`,
  grant_types: ['client_credentials', 'password'],
  response_types: [],
  redirect_uris: [],
});

const server = (client, ttl = 600) => ({
  scope: 'api openid profile email',
  audience: client.clientId === 'elsewhere' ? 'https://elsewhere.example' : AUDIENCE,
  accessTokenTTL: client.clientId === 'shortlived' ? 1 : ttl,
  accessTokenFormat: client.clientId === 'opaque' ? 'opaque' : 'jwt',
  jwt: { sign: { alg: 'RS256' } },
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'kilonova',
      client_secret: 'kilonova-secret',
      redirect_uris: [`${cloud}/admin/oidc/callback/`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
    ...['robot', 'opaque', 'elsewhere', 'shortlived'].map(machine),
  ],
  clientBasedCORS: () => true,
  claims: { openid: ['sub'], profile: ['preferred_username', 'roles', 'project_id', 'project_name'], email: ['email'] },
  findAccount: (ctx, id) => (id in PEOPLE ? { accountId: id, claims: () => ({ sub: id, ...told(id) }) } : undefined),
  extraTokenClaims: (ctx, token) => (token.accountId
    ? told(token.accountId)
    : { sub: token.clientId, ...told(robots[token.clientId] ?? 'nobody') }),
  features: {
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client) => (client.clientId === 'kilonova' ? undefined : AUDIENCE),
      getResourceServerInfo: (ctx, resource, client) => server(client),
      useGrantedResource: () => true,
    },
  },
  ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: (ctx, token) => token.resourceServer?.accessTokenTTL ?? 600 },
});

provider.registerGrantType('password', async (ctx, next) => {
  const { client, params } = ctx.oidc;
  if (!(params.username in PEOPLE) || params.password === 'wrong') {
    throw new errors.InvalidGrant('wrong name or password');
  }
  const grant = new provider.Grant({ accountId: params.username, clientId: client.clientId });
  grant.addResourceScope(AUDIENCE, 'api');
  const token = new provider.AccessToken({
    accountId: params.username,
    client,
    grantId: await grant.save(),
    gty: 'password',
    scope: 'api',
    resourceServer: new provider.ResourceServer(AUDIENCE, server(client)),
  });
  ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer', scope: 'api' };
  await next();
}, ['username', 'password', 'scope']);

provider.listen(Number(port), '127.0.0.1', () => console.log('READY'));
