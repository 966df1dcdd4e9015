import type { Reporter, TestModule } from 'vitest/node';
import type { Failure, Report } from './report.ts';

interface Told {
  readonly message: string;
  readonly cause?: unknown;
}

/** Tells the process that started vitest what failed, and how. */
export default class TellingReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly Told[]): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const failures: Failure[] = tests.flatMap((test) => {
      const { state, errors = [] } = test.result();
      if (state !== 'failed') return [];
      return { test: test.fullName, ms: test.diagnostic()?.duration ?? 0, errors: errors.map(words) };
    });
    for (const error of [...suites.flatMap((suite) => suite.errors()), ...unhandled]) {
      failures.push({ errors: [words(error)] });
    }
    const report: Report = { passed: tests.filter((test) => test.result().state === 'passed').length, failures };
    // Vitest exits as soon as its reporters are done.
    await new Promise((resolve) => process.send?.(report, resolve));
  }
}

function words({ message, cause }: Told): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause ? `${message}\n${cause.message}` : message;
}
