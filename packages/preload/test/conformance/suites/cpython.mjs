/** The network tests of CPython, of the package that Debian names after the version: libpython3.11-testsuite. */
import { execFileSync } from 'node:child_process';
import { PYTHON, pythonModule } from '../python.mjs';

const MODULES = [
  'test_socket',
  'test_asyncio',
  'test_socketserver',
  'test_ssl',
  'test_httplib',
  'test_ftplib',
  'test_smtplib',
  'test_poplib',
  'test_imaplib',
  'test_selectors',
  'test_select',
  'test_epoll',
  'test_asyncore',
  'test_asynchat',
  'test_telnetlib',
  'test_xmlrpc',
  'test_urllib2_localnet',
  'test_httpservers',
  'test_wsgiref',
  'test_nntplib',
  'test_docxmlrpc',
  'test_poll',
  'test_logging',
  'test_subprocess',
  'test_signal',
  'test_eintr',
  'test_posix',
  'test_fcntl',
  'test_os',
  'test_mmap',
  'test_concurrent_futures',
  'test_multiprocessing_fork',
  'test_multiprocessing_forkserver',
  'test_multiprocessing_spawn',
  'test_timeout',
  'test_smtpd',
  'test_robotparser',
  'test_urllib',
  'test_urllib2',
  'test_threading',
  'test_thread',
  'test_threadsignals',
  'test_queue',
  'test_io',
  'test_file_eintr',
  'test_largefile',
  'test_pty',
  'test_openpty',
  'test_popen',
  'test_wait3',
  'test_wait4',
  'test_fork1',
  'test_faulthandler',
  'test_shutil',
  'test_ioctl',
  'test_syslog',
  'test_repl',
  'test_multiprocessing_main_handling',
  'test_regrtest',
  'test_support',
  'test_script_helper',
];

export const cpython = {
  name: 'cpython',
  cases() {
    assertTestsInstalled();
    return MODULES.map((module) => pythonModule(`test.${module}`));
  },
};

/** The test-suite fits one build of the interpreter alone, so it is not fetched. */
export function assertTestsInstalled() {
  try {
    execFileSync(PYTHON, ['-c', 'import test.test_socket'], { stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${PYTHON} has no tests: install Debian's package ${testsuitePackage()}`, { cause: error });
  }
}

function testsuitePackage() {
  const version = 'import sys; print("%d.%d" % sys.version_info[:2])';
  return `libpython${execFileSync(PYTHON, ['-c', version], { encoding: 'utf8' }).trim()}-testsuite`;
}
