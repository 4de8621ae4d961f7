/// What the scheduler knows of a sequence.
package struct ScheduledSequence: Sendable, Hashable {
    /// The number that names the sequence.
    package var id: Int
    /// Sequences with a higher number go first.
    package var priority = 0
    /// The order of arrival: a lower number came earlier.
    package var arrival: Int
    /// Who asked for it; those who ask share the engine fairly.
    package var tenant = ""
    /// The number of sequences that it will become once its prompt has been read.
    package var choices = 1
    /// Whether it has been admitted, and holds pages.
    package var isRunning = false
    /// The number of positions that need not be computed: those that have been, or that others have computed.
    package var computed = 0
    /// The number of positions that are known: the prompt and what was generated.
    package var known: Int

    /// The number of tokens that are guessed to come next, and could be computed with the newest.
    package var drafted = 0

    /// The positions that a pass could compute now.
    package var pending: Int { known - computed }

    package init(id: Int, arrival: Int, known: Int) {
        self.id = id
        self.arrival = arrival
        self.known = known
    }
}

/// The limits of a pass.
package struct ScheduleLimits: Sendable, Hashable {
    /// The most sequences that are in progress at once.
    package var sequences: Int
    /// The most rows of prompts in one pass.
    package var promptRows: Int
    /// The same while other sequences wait for their next token.
    package var promptRowsBesideDecoding: Int
    /// The rows up to which drafted tokens are added to a pass.
    package var draftRows: Int
    /// The positions of a page.
    package var pageSize: Int
    /// The pages that can be had: free ones, and those of sequences that nobody continues.
    package var pages: Int

    package init(
        sequences: Int, promptRows: Int, promptRowsBesideDecoding: Int, draftRows: Int = 0, pageSize: Int, pages: Int
    ) {
        self.draftRows = draftRows
        self.sequences = sequences
        self.promptRows = promptRows
        self.promptRowsBesideDecoding = promptRowsBesideDecoding
        self.pageSize = pageSize
        self.pages = pages
    }
}

/// What a pass computes.
package struct Schedule: Sendable, Hashable {
    /// Rows of one sequence.
    package struct Run: Sendable, Hashable {
        package var id: Int
        package var rows: Int

        package init(id: Int, rows: Int) {
            self.id = id
            self.rows = rows
        }
    }

    /// Sequences that give up their pages and wait again, so that others can continue.
    package var preempted: [Int] = []
    /// Sequences that begin.
    package var admitted: [Int] = []
    /// The rows of the pass: first the newest tokens, then pieces of prompts.
    package var runs: [Run] = []

    package init() {}
}
