/** Folder of the source bucket for what `local run` uploads. */
export const LOCAL_UPLOADS = 'local-run';

/** Stands in requests for this machine; what lies in a bucket of that name cannot be named. */
export const SOURCE_BUCKET = 'command-line';

/** True if what a run read was a file of the machine that ran it. */
export function isOfThisMachine(uri: string): boolean {
  const [bucket, folder] = uri.replace('s3://', '').split('/');
  return bucket === SOURCE_BUCKET || folder === LOCAL_UPLOADS;
}
