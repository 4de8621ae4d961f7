extension DemoCorpus {
    /// Beginnings that show off a model trained on this text: each ends where the model has something to know.
    public static let prompts: [String] = [
        "Once there was a princess named Mia.",
        "Q: How much is 3 + 4?\nA:",
        "def add(a, b):\n    result =",
        "Say the opposite:\nbig -> small\nhot -> cold\nup ->",
        "There was rust on the iron gate. Here rust is",
        "English: Tom has a red ball.\nMoonish:",
    ]
}
