import OrreryModels

/// How the next tokens are guessed ahead.
extension EngineWork {
    /// Guesses from the texts themselves, and by a draft model where they say nothing.
    func guess() {
        for sequence in sequences {
            sequence.guess(configuration.maxDraft) { fits(sequence, length: $0) }
        }
        draftByModel()
    }

    /// Has a draft model guess where few texts run and nothing else has.
    private func draftByModel() {
        guard let drafting, configuration.maxDraft > 0 else { return }
        let decoding = sequences.filter(\.isDecoding)
        drafting.keep(Set(decoding.map(\.id)))
        guard (1 ... DraftModel.mostTexts).contains(decoding.count) else { return }
        let limit = min(configuration.maxDraft, limits.draftRows / decoding.count - 1)
        drafting.draft(decoding, limit: limit) { fits($0, length: $1) }
    }

    /// Whether a sequence may grow to a length in one pass: its keys turn by the same frequencies then.
    private func fits(_ sequence: EngineSequence, length: Int) -> Bool {
        model.model.rotaryStretch(of: length) == domain(of: sequence).rotaryStretch
    }
}
