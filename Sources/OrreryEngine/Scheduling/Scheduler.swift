/// Decides what the next pass computes: a pure function of the sequences, the service that each tenant has had, and the
/// limits.
///
/// Every sequence that waits for its next token gets its row in every pass, so that running streams never stall; what is
/// left goes to prompts, in pieces. Waiting sequences are admitted by priority, then by tenant, the one with the least
/// service first (virtual token counters, arXiv:2401.00588), then by arrival. Where pages run out, the sequence that
/// would be admitted last gives up its own.
package enum Scheduler {
    /// - Parameters:
    ///   - sequences: those in progress and those that wait.
    ///   - service: the rows that have been computed for each tenant.
    package static func next(
        _ sequences: [ScheduledSequence], service: [String: Int], _ limits: ScheduleLimits
    ) -> Schedule {
        var plan = Planning(limits: limits, service: service)
        let running = sequences.filter(\.isRunning), waiting = sequences.filter { !$0.isRunning }
        plan.keep(running.sorted { ($1.priority, $0.arrival, $0.id) < ($0.priority, $1.arrival, $1.id) })
        plan.decode()
        plan.readPrompts()
        plan.admit(waiting.sorted(by: plan.isAdmittedBefore))
        return plan.schedule
    }

    private struct Planning {
        let limits: ScheduleLimits
        let service: [String: Int]
        var schedule = Schedule()
        /// In progress and not preempted, those first that would be admitted first.
        private var running: [ScheduledSequence] = []
        private var pages = 0
        private var promptRows = 0

        init(limits: ScheduleLimits, service: [String: Int]) {
            self.limits = limits
            self.service = service
        }

        func isAdmittedBefore(_ a: ScheduledSequence, _ b: ScheduledSequence) -> Bool {
            let (served, other) = (service[a.tenant] ?? 0, service[b.tenant] ?? 0)
            return (b.priority, served, a.tenant, a.arrival, a.id) < (a.priority, other, b.tenant, b.arrival, b.id)
        }

        /// The pages that a sequence needs beyond those that it has, for so many more positions.
        private func newPages(_ sequence: ScheduledSequence, rows: Int) -> Int {
            func count(_ positions: Int) -> Int { (positions + limits.pageSize - 1) / limits.pageSize }
            return count(sequence.computed + rows) - count(sequence.computed)
        }

        /// Preempts from the end until the others can have their next token.
        mutating func keep(_ order: [ScheduledSequence]) {
            running = order
            pages = limits.pages
            func needed() -> Int { running.reduce(0) { $0 + newPages($1, rows: min(1, $1.pending)) } }
            while running.count > 1, needed() > pages {
                let last = running.removeLast()
                schedule.preempted.append(last.id)
                pages += newPages(ScheduledSequence(id: last.id, arrival: 0, known: 0), rows: last.computed)
            }
        }

        /// One row for every sequence that waits for its next token, and those of drafted ones where few rows make a
        /// pass: reading the weights takes its time then, and further rows cost little.
        mutating func decode() {
            let decoding = running.filter { $0.pending == 1 }
            pages -= decoding.reduce(0) { $0 + newPages($1, rows: 1) }
            var room = limits.draftRows - decoding.count
            for sequence in decoding {
                var drafted = max(0, min(sequence.drafted, room))
                if newPages(sequence, rows: 1 + drafted) - newPages(sequence, rows: 1) > pages { drafted = 0 }
                pages -= newPages(sequence, rows: 1 + drafted) - newPages(sequence, rows: 1)
                room -= drafted
                schedule.runs.append(Schedule.Run(id: sequence.id, rows: 1 + drafted))
            }
            promptRows = schedule.runs.isEmpty ? limits.promptRows : limits.promptRowsBesideDecoding
        }

        /// Pieces of the prompts in progress, the first one as far as there is room.
        mutating func readPrompts() {
            for sequence in running where sequence.pending > 1 { read(sequence) }
        }

        private mutating func read(_ sequence: ScheduledSequence) {
            let last = (sequence.computed + limits.pageSize - 1) / limits.pageSize + max(0, pages)
            let rows = min(sequence.pending, promptRows, last * limits.pageSize - sequence.computed)
            guard rows > 0 else { return }
            schedule.runs.append(Schedule.Run(id: sequence.id, rows: rows))
            promptRows -= rows
            pages -= newPages(sequence, rows: rows)
        }

        /// Waiting sequences, as long as there is room for what they know and a token more.
        mutating func admit(_ waiting: [ScheduledSequence]) {
            // Who was preempted in this pass does not come back in it.
            guard schedule.preempted.isEmpty else { return }
            var reserved = running.filter { $0.pending > 1 }.reduce(0) { sum, sequence in
                let planned = schedule.runs.first { $0.id == sequence.id }?.rows ?? 0
                return sum + newPages(sequence, rows: sequence.pending) - newPages(sequence, rows: planned)
            }
            var count = running.reduce(0) { $0 + $1.choices }
            for sequence in waiting {
                guard count + sequence.choices <= limits.sequences || count == 0, promptRows > 0 else { return }
                let wanted = newPages(sequence, rows: sequence.pending + 1)
                guard wanted + reserved <= pages || count == 0 else { return }
                schedule.admitted.append(sequence.id)
                count += sequence.choices
                let before = pages
                read(sequence)
                reserved += wanted - (before - pages)
            }
        }
    }
}
