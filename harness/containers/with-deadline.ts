/** What was promised, or an error with `complaint()` after so many real milliseconds. */
export async function withDeadline<Value>(
  promise: Promise<Value>,
  deadlineMs: number,
  complaint: () => string,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(complaint())), deadlineMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
