import type { Grant } from './grants.ts';

/**
 * Grants that only AWS itself uses, or that nothing small can show. A grant belongs to the first
 * that fits.
 */
export interface Exemption {
  readonly role: RegExp;
  readonly actions: RegExp;
  readonly resource?: RegExp;
  readonly why: string;
}

/** Services that the local cloud does not have: no call to them can be refused. */
export const ABSENT_SERVICES = /^(kms|logs|xray):/;

const STEPS = /^FanoutFunctions|^TransformFiles/;
const WORKFLOW = /^FanoutWorkflowRole$/;

/** Grants that no scenario needs, and why the template has them nevertheless. */
export const EXEMPTIONS: readonly Exemption[] = [
  {
    role: /./,
    actions: /^kms:/,
    why: 'S3, DynamoDB, SQS and SNS use the key in the name of whoever calls them; nothing is encrypted here',
  },
  {
    role: /^logging\.s3\.amazonaws\.com$/,
    actions: /^s3:PutObject$/,
    why: 'S3 delivers access logs to the bucket for them; here nothing is logged',
  },
  {
    role: /^cloudwatch\.amazonaws\.com$/,
    actions: /^sns:Publish$/,
    why: 'CloudWatch sends the alarms to the topic; the local cloud has no alarms',
  },
  {
    role: STEPS,
    actions: /^logs:(CreateLogStream|PutLogEvents)$/,
    why: "Lambda sends a function's log to CloudWatch under the function's role",
  },
  {
    role: /^FanoutFunctions|^TransformFiles|^FanoutWorkflowRole$/,
    actions: /^xray:/,
    why: 'Lambda and Step Functions send traces under the role that they run with',
  },
  {
    role: WORKFLOW,
    actions: /^logs:/,
    why: 'Step Functions sets the delivery of its log up under its role',
  },
  {
    role: WORKFLOW,
    actions: /^s3:(AbortMultipartUpload|GetObject|ListMultipartUploadParts)$/,
    resource: /(_plan|_staged)\/results\/\*$/,
    why: 'the ResultWriter of AWS uploads in parts and reads what a redriven Map wrote; the local one puts whole files',
  },
  {
    role: WORKFLOW,
    actions: /^states:(DescribeExecution|StopExecution)$/,
    why: 'Step Functions watches the children of a Map and stops them with it through its own API; the local one does so in memory',
  },
  {
    role: /^FanoutFunctionsPlanRole$/,
    actions: /^s3:AbortMultipartUpload$/,
    resource: /(source\*\.json|jobs\*\.jsonl|columns\*\.json)$/,
    why: 'a layout or the jobs have a second part from about 10,000 parts on, names from 16 MiB on; PartSink gives it up as it does a plan, which scenarios show',
  },
  {
    role: /^FanoutFunctionsPlan(Table)?Role$/,
    actions: /^s3:AbortMultipartUpload$/,
    resource: /rows\.\*$/,
    why: 'of two Plans that open the upload of one object at the same moment, one gives its own up',
  },
  {
    role: /^FanoutFunctions(PlanTable|ScatterTable|WriteTable|PlanDatabase|LoadTable)Role$/,
    actions: /^s3:AbortMultipartUpload$/,
    resource: /((plan|objects|shares|jobs)\*\.jsonl|source\*\.json|rejects\*\/\*|_shuffle\/.*)$/,
    why: 'the list of a table has a second part from about 100,000 objects on, what was rejected from about 50,000 rows on, what was scattered only from 5 GiB on; PartSink gives it up as it does a plan, which scenarios show',
  },
  {
    role: /^FanoutFunctions(PlanTable|ScatterTable|WriteTable|LoadTable)Role$/,
    actions: /^s3:GetObject$/,
    resource: /_transform\/\*\/input\/\*$/,
    why: 'no two calls of a function share a key: the step looks at what is there only where the answer to its own write was lost, as it does for chunks, which scenarios show',
  },
  {
    role: /^TransformFiles/,
    actions: /^s3:AbortMultipartUpload$/,
    why: 'a client that writes rows in parts gives them up where it fails; the function of the scenario writes one part',
  },
  {
    role: /^FanoutFunctionsStageRole$/,
    actions: /^s3:AbortMultipartUpload$/,
    why: 'what is staged has a second part from 16 MiB on; PartSink gives it up as it does a plan, which scenarios show',
  },
  {
    role: /^FanoutFunctionsWriteRole$/,
    actions: /^s3:AbortMultipartUpload$/,
    why: 'a chunk has a second part from 16 MiB of gzip or 5 GiB of text on; PartSink gives it up as it does a plan, which scenarios show',
  },
  {
    role: /^FanoutFunctionsFinalizeRole$/,
    actions: /^s3:AbortMultipartUpload$/,
    resource: /_manifest\/\*$/,
    why: 'a manifest has a second part from about 60,000 chunks on; PartSink gives it up as it does a plan, which scenarios show',
  },
];

/**
 * Calls whose refusal no execution can name. AWS makes them before or after the execution, or they
 * only clean up, which never fails a run.
 */
const UNTOLD: readonly Pick<Exemption, 'role' | 'actions'>[] = [
  { role: /EventRole$|ScheduleRole$|ReportFailureRole$|amazonaws\.com$/, actions: /./ },
  { role: STEPS, actions: /^s3:AbortMultipartUpload$/ },
];

/** Whether an execution that fails without the grant must name it in its own error. */
export function mustBeNamed({ role, action }: Grant): boolean {
  return !UNTOLD.some((call) => call.role.test(role) && call.actions.test(action));
}

/** Why no scenario needs a grant; undefined when one must. */
export function exemptionOf({ role, action, resource }: Grant): Exemption | undefined {
  return EXEMPTIONS.find(
    (exemption) =>
      exemption.role.test(role) &&
      exemption.actions.test(action) &&
      (exemption.resource?.test(resource) ?? true),
  );
}
