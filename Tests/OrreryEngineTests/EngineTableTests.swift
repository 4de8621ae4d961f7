import Foundation
import Testing

/// A text and its log-probabilities are the same bits under every setting that must not change them.
@Suite struct EngineTableTests {
    /// Every two values of two settings meet. scripts/check/check_table asks for all combinations.
    @Test func noSettingChangesAText() async throws {
        let isWhole = ProcessInfo.processInfo.environment["ORRERY_WHOLE_TABLE"] != nil
        let rows = isWhole ? EngineSettings.all : EngineSettings.pairs
        #expect(rows.count >= 20)
        let table = try EngineTable()
        for (number, settings) in rows.enumerated() {
            let differing = try await table.differences(settings)
            #expect(differing == [], "\(settings)")
            if isWhole, number % 200 == 199 { print("\(number + 1) of \(rows.count) combinations") }
        }
        if isWhole { print("\(rows.count) combinations of \(table.requests.count) requests") }
    }
}
