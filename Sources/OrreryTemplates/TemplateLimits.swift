/// The limits of one rendering. Templates come with models from strangers: one that loops forever or doubles a string
/// until memory runs out gets an error.
public struct TemplateLimits: Sendable, Hashable {
    /// The number of expressions evaluated and statements run. Work on long values counts by its length, so this bounds
    /// the time.
    public var steps = 10_000_000
    /// The number of bytes that the values of one rendering hold at any moment.
    public var memory = 48 << 20
    /// The number of bytes of the rendered text, and of any one string.
    public var output = 16 << 20
    /// The depth to which macros, loops and expressions nest while rendering.
    public var depth = 800
    /// The depth to which expressions and statements nest in the source.
    public var nesting = 100
    /// The number of bytes of the source.
    public var source = 1 << 20

    /// The default limits.
    public init() {}
}

/// Counts what a rendering uses, and stops it at its limits. Used by one thread at a time: that of the rendering.
package final class Meter: @unchecked Sendable {
    let limits: TemplateLimits
    private(set) var steps = 0
    private(set) var live = 0
    private var depth = 0

    /// - Parameter input: bytes of the variables given to the template; a long conversation may cost more steps than a
    ///   short one.
    package init(_ limits: TemplateLimits, input: Int = 0) {
        self.limits = limits
        stepLimit = limits.steps.addingReportingOverflow(min(input, 1 << 32) * 64).partialValue
    }

    private let stepLimit: Int

    /// - Parameter size: of the values an operation looks at, in bytes or elements; 32 count as one step.
    @inline(__always) func step(over size: Int = 0) throws {
        steps &+= 1 &+ size >> 5
        if steps > stepLimit {
            throw Failure.limit("more than \(limits.steps) steps; the template may loop without end")
        }
    }

    /// Whether one string of so many bytes may be made.
    func allow(_ bytes: Int, _ overflow: Bool = false) throws {
        if overflow || bytes > limits.output || bytes < 0 {
            throw Failure.limit("a string above \(limits.output) bytes")
        }
    }

    /// Whether one list of so many elements may be made.
    func allow(elements: Int, _ overflow: Bool = false) throws {
        if overflow || elements < 0 || elements > limits.output / 16 {
            throw Failure.limit("a list above \(limits.output / 16) elements")
        }
    }

    func reserve(_ bytes: Int) throws {
        try step(over: bytes)
        guard live + bytes <= limits.memory else {
            throw Failure.limit("values above \(limits.memory) bytes in memory")
        }
        live += bytes
    }

    func release(_ bytes: Int) { live -= bytes }

    /// One level deeper; `leave` undoes it.
    @inline(__always) func enter() throws {
        if depth >= limits.depth { throw Failure.limit("calls, loops and expressions more than \(limits.depth) deep") }
        try step()
        depth += 1
    }

    @inline(__always) func leave() { depth -= 1 }
}
