import { describe, expect, it } from 'vitest';
import { AccessDenied } from '#local/authorization.ts';
import { type Authority, createAuthority } from '#local/iam/authority.ts';
import { UnsupportedPolicy } from '#local/iam/iam-errors.ts';

const ROLE = 'arn:aws:iam::000000000000:role/writer';
const OBJECT = 'arn:aws:s3:::box/data/x';

const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });

const trust = policy({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'states.amazonaws.com' },
  Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:states:*:stateMachine:*' } },
});

function authorityWith(options: { role?: unknown; bucket?: unknown }): Authority {
  return createAuthority({
    accountId: '000000000000',
    roles: [
      {
        name: 'writer',
        arn: ROLE,
        trustPolicy: trust,
        policies: options.role ? [{ name: 'own', document: options.role }] : [],
      },
    ],
    resourcePolicies: options.bucket
      ? [{ resource: 'arn:aws:s3:::box', name: 'box', document: options.bucket }]
      : [],
  });
}

function assume(authority: Authority): string {
  return authority.assumeRole({
    roleArn: ROLE,
    service: 'states.amazonaws.com',
    sourceArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m',
    sessionName: 'm',
  }).accessKeyId;
}

/** The message of the refusal; undefined when the call is allowed. */
function refusal(
  authority: Authority,
  action: string,
  resource = OBJECT,
  context: Record<string, string> = { 'aws:SecureTransport': 'true' },
): string | undefined {
  try {
    authority.authorize({ accessKeyId: assume(authority), action, resource, context });
    return undefined;
  } catch (error) {
    if (error instanceof AccessDenied) return error.message;
    throw error;
  }
}

const allowPut = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::box/data/*' };

describe('a role', () => {
  it('may do what its policy allows, on the resources it names', () => {
    const authority = authorityWith({ role: policy(allowPut) });
    expect(refusal(authority, 's3:PutObject')).toBeUndefined();
    expect(refusal(authority, 's3:PutObject', 'arn:aws:s3:::box/other')).toBeDefined();
    expect(refusal(authority, 's3:GetObject')).toBeDefined();
  });

  it('is refused in the words of AWS, and the refusal is remembered', () => {
    const authority = authorityWith({});
    const message = `User: arn:aws:sts::000000000000:assumed-role/writer/m is not authorized to perform: s3:PutObject on resource: "${OBJECT}" because no identity-based policy allows the s3:PutObject action`;
    expect(refusal(authority, 's3:PutObject')).toBe(message);
    expect(authority.denials.map((denial) => denial.message)).toEqual([message]);
  });

  it('matches wildcards in actions, without regard to case', () => {
    const authority = authorityWith({
      role: policy({ Effect: 'Allow', Action: 's3:getobject*', Resource: '*' }),
    });
    expect(refusal(authority, 's3:GetObject')).toBeUndefined();
    expect(refusal(authority, 's3:GetObjectTagging')).toBeUndefined();
    expect(refusal(authority, 's3:PutObject')).toBeDefined();
  });

  it('is held back by an explicit deny, whatever else allows it', () => {
    const deny = { ...allowPut, Effect: 'Deny' };
    expect(refusal(authorityWith({ role: policy(allowPut, deny) }), 's3:PutObject')).toContain(
      'with an explicit deny in an identity-based policy',
    );
    const everyone = { ...deny, Principal: { AWS: '*' } };
    const authority = authorityWith({ role: policy(allowPut), bucket: policy(everyone) });
    expect(refusal(authority, 's3:PutObject')).toContain(
      'with an explicit deny in a resource-based policy',
    );
  });

  it('may do what a resource policy allows it by name', () => {
    const byName = { ...allowPut, Principal: { AWS: ROLE } };
    expect(refusal(authorityWith({ bucket: policy(byName) }), 's3:PutObject')).toBeUndefined();
    const other = { ...allowPut, Principal: { AWS: `${ROLE}2` } };
    expect(refusal(authorityWith({ bucket: policy(other) }), 's3:PutObject')).toBeDefined();
  });

  it('gives its key only to a service and source that it trusts', () => {
    const authority = authorityWith({});
    const asked = {
      roleArn: ROLE,
      sessionName: 'm',
      sourceArn: 'arn:aws:states:us:stateMachine:m',
    };
    const states = 'states.amazonaws.com';
    expect(() => authority.assumeRole({ ...asked, service: states })).not.toThrow();
    expect(() => authority.assumeRole({ ...asked, service: 'lambda.amazonaws.com' })).toThrow(
      AccessDenied,
    );
    expect(() =>
      authority.assumeRole({ ...asked, service: states, sourceArn: 'arn:aws:events:r' }),
    ).toThrow(AccessDenied);
  });
});

describe('a condition', () => {
  const tlsOnly = policy({
    Effect: 'Deny',
    Action: 's3:*',
    Principal: '*',
    Resource: ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });

  it('denies plain connections to everyone, the administrator too', () => {
    const authority = authorityWith({ role: policy(allowPut), bucket: tlsOnly });
    const plain = { 'aws:SecureTransport': 'false' };
    expect(refusal(authority, 's3:PutObject')).toBeUndefined();
    expect(refusal(authority, 's3:PutObject', OBJECT, plain)).toContain('explicit deny');
    const { accessKeyId } = authority.admin;
    const call = { accessKeyId, action: 's3:PutObject', resource: OBJECT };
    expect(() => authority.authorize({ ...call, context: {} })).not.toThrow();
    expect(() => authority.authorize({ ...call, context: plain })).toThrow(AccessDenied);
  });

  it('of a negated operator holds when the key is absent', () => {
    const role = policy({
      ...allowPut,
      Condition: { StringNotEquals: { 's3:if-none-match': 'x' } },
    });
    expect(refusal(authorityWith({ role }), 's3:PutObject', OBJECT, {})).toBeUndefined();
    const must = policy({ ...allowPut, Condition: { Null: { 's3:if-none-match': 'false' } } });
    const authority = authorityWith({ role: must });
    expect(refusal(authority, 's3:PutObject', OBJECT, {})).toBeDefined();
    expect(refusal(authority, 's3:PutObject', OBJECT, { 's3:if-none-match': '*' })).toBeUndefined();
  });
});

describe('a policy that cannot be evaluated', () => {
  it.each([
    ['NotAction', { Effect: 'Deny', NotAction: 's3:GetObject', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:x' }],
    ['DateLessThan', { ...allowPut, Condition: { DateLessThan: { 'aws:SourceArn': '1' } } }],
    ['aws:CurrentTime', { ...allowPut, Condition: { StringEquals: { 'aws:CurrentTime': '1' } } }],
    ['aws:username', { ...allowPut, Resource: `arn:aws:s3:::box/\${aws:username}/*` }],
  ])('fails at load, naming %s', (name, statement) => {
    const load = () => authorityWith({ role: policy(statement) });
    expect(load).toThrow(UnsupportedPolicy);
    expect(load).toThrow(name);
  });

  it('is passed over when it concerns only services that are not simulated', () => {
    const kms = {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
    };
    expect(refusal(authorityWith({ role: policy(kms, allowPut) }), 's3:PutObject')).toBeUndefined();
  });
});

it('lets a service act on a resource whose policy names it and its source', () => {
  const queue = 'arn:aws:sqs:us-east-1:000000000000:letters';
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/r';
  const authority = createAuthority({
    accountId: '000000000000',
    roles: [],
    resourcePolicies: [
      {
        resource: queue,
        name: 'letters',
        document: policy({
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: queue,
          Condition: { ArnEquals: { 'aws:SourceArn': rule } },
        }),
      },
    ],
  });
  const send = { service: 'events.amazonaws.com', action: 'sqs:SendMessage', resource: queue };
  expect(() => authority.authorizeService({ ...send, sourceArn: rule })).not.toThrow();
  expect(() => authority.authorizeService({ ...send, sourceArn: `${rule}2` })).toThrow(
    'because no resource-based policy allows the sqs:SendMessage action',
  );
});
