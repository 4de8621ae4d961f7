import Foundation
import OrreryTerminal
import Testing

/// Signals are the process's, so each test is a process of its own.
struct InterruptFlagTests {
    @Test func firstSignalRaisesTheFlag() async {
        await #expect(processExitsWith: .exitCode(7)) {
            startWithDefaults()
            let flag = InterruptFlag()
            precondition(!flag.isRaised)
            raise(SIGINT)
            precondition(flag.isRaised)
            flag.reset()
            precondition(!flag.isRaised)
            raise(SIGINT)
            precondition(flag.isRaised)
            exit(7)
        }
    }

    @Test func secondSignalExits() async {
        await #expect(processExitsWith: .exitCode(130)) {
            startWithDefaults()
            let flag = InterruptFlag()
            raise(SIGTERM)
            precondition(flag.isRaised)
            raise(SIGINT)
            exit(7)
        }
    }

    @Test func releaseRestoresTheHandlers() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            startWithDefaults()
            let outer = InterruptFlag(), inner = InterruptFlag()
            // In this order, which is not that of a stack.
            outer.release()
            outer.release()
            raise(SIGINT)
            precondition(inner.isRaised)
            inner.release()
            raise(SIGINT)
            exit(7)
        }
    }

    @Test func theLastReferenceReleases() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            startWithDefaults()
            do { _ = InterruptFlag() }
            raise(SIGTERM)
            exit(7)
        }
    }

    @Test func ignoredStaysIgnored() async {
        await #expect(processExitsWith: .exitCode(7)) {
            startWithDefaults()
            signal(SIGINT, SIG_IGN)
            let flag = InterruptFlag()
            raise(SIGINT)
            precondition(!flag.isRaised)
            flag.raise()
            precondition(flag.isRaised)
            exit(7)
        }
    }
}

/// Whatever the test runner's parent has set; and a thread of the cooperative pool takes no signals until it is told
/// to.
private func startWithDefaults() {
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
}
