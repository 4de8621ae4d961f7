#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the process does on a signal: `sigaction`, whose struct has a different field on each platform.
struct SignalAction {
    typealias Handler = @convention(c) (Int32) -> Void
    private var raw: sigaction

    /// System calls that the handler interrupts go on (SA_RESTART): no file operation elsewhere fails because of it.
    init(_ handler: @escaping Handler) {
        raw = sigaction()
        sigemptyset(&raw.sa_mask)
        raw.sa_flags = Int32(SA_RESTART)
        self.handler = handler
    }

    /// The action in force now.
    init(of signal: Int32) {
        raw = sigaction()
        sigaction(signal, nil, &raw)
    }

    func install(for signal: Int32) {
        var action = raw
        sigaction(signal, &action, nil)
    }

    /// A write to a pipe without a reader is an error of that write, and does not end the process.
    static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }

    var isDefault: Bool { handler == nil }

    /// The parent asked for it: nohup, or a shell that started this in the background.
    var isIgnored: Bool { handler.map { unsafeBitCast($0, to: UInt.self) == 1 } ?? false }

    func calls(_ other: @escaping Handler) -> Bool {
        handler.map { unsafeBitCast($0, to: UInt.self) == unsafeBitCast(other, to: UInt.self) } ?? false
    }

    #if canImport(Darwin)
    private var handler: Handler? {
        get { raw.__sigaction_u.__sa_handler }
        set { raw.__sigaction_u.__sa_handler = newValue }
    }
    #elseif canImport(Glibc)
    private var handler: Handler? {
        get { raw.__sigaction_handler.sa_handler }
        set { raw.__sigaction_handler.sa_handler = newValue }
    }
    #elseif canImport(Musl)
    private var handler: Handler? {
        get { raw.__sa_handler.sa_handler }
        set { raw.__sa_handler.sa_handler = newValue }
    }
    #endif
}
