import Foundation
import OrreryCommand
import OrreryGeneration
import OrreryModels
import OrreryTerminal
import OrreryTokenizers
import Testing

/// Pages from numbers given here, so that they are the same on every processor.
@Suite struct ExplanationPageTests {
    private func piece(_ text: String, _ id: TokenID) -> Explanation.Piece {
        Explanation.Piece(id: id, bytes: Array(text.utf8))
    }

    /// `The server⏎because` before ` the`: two layers of three heads.
    private func explanation(sampling: SamplingOptions, pattern: Bool = false) throws -> Explanation {
        let pieces = [piece("The", 10), piece(" server", 11), piece("\n", 0), piece("because", 12)]
        let logits = [0.0004, 0.4, 0.25, 0.15, 0.1, 0.06, 0.0396].map { Float(log($0)) }
        let texts = ["\n", " the", " it", " of", " a", " there", "\u{1B}[31m"]
        let choice = try Sampler(sampling).explain(logits, position: 4, limit: 6)
        func reading(_ text: String, _ id: TokenID, _ share: Double, _ final: Double) -> Explanation.Reading {
            Explanation.Reading(piece: piece(text, id), probability: share, finalProbability: final)
        }
        func head(_ index: Int, _ from: Int, _ to: Int, _ weight: Float, first: Float, own: Float) -> Explanation.Head {
            let strongest = Explanation.Link(head: index, from: from, to: to, weight: weight)
            let fromLast = from == 3 ? strongest : Explanation.Link(head: index, from: 3, to: 2, weight: weight / 2)
            return Explanation.Head(strongest: strongest, fromLast: fromLast, meanOnFirst: first, meanOnSelf: own)
        }
        return Explanation(
            model: "tiny", parameters: 12345,
            shape: ModelShape(
                vocabularySize: 7, layers: 2, width: 8, heads: 3, keyValueHeads: 3, headSize: 4, contextLength: 64),
            cacheBytesPerPosition: 192, prompt: "The server\nbecause", pieces: pieces,
            vectors: [
                .init(
                    piece: pieces[0], norm: 1.25,
                    nearest: [.init(piece: piece(" the", 1), cosine: 0.834), .init(piece: pieces[2], cosine: -0.1)]),
                .init(piece: pieces[1], norm: 0.5, nearest: []),
            ],
            positions: .added, beforeLayers: reading("because", 12, 0.9, 0.01),
            layers: [
                .init(
                    heads: [
                        head(0, 2, 1, 0.625, first: 0.1, own: 0.1), head(1, 3, 1, 0.5, first: 0.75, own: 0.1),
                        head(2, 3, 2, 0.3, first: 0.6, own: 0.2),
                    ],
                    residualNorm: 3, reading: reading(" it", 2, 0.3, 0.2)),
                .init(
                    heads: [
                        head(0, 3, 2, 0.9, first: 0.05, own: 0.04), head(1, 2, 1, 0.1, first: 0.1, own: 0.8),
                        head(2, 3, 1, 0.2, first: 0.1, own: 0.1),
                    ],
                    residualNorm: 4, reading: reading(" the", 1, 0.4, 0.4)),
            ],
            pattern: pattern
                ? .init(layer: 1, head: 0, weights: [[1], [0.5, 0.5], [0.2, 0.7, 0.1], [0.05, 0.01, 0.9, 0.04]]) : nil,
            choice: choice,
            candidateBytes: Dictionary(uniqueKeysWithValues: texts.enumerated().map { (TokenID($0), Array($1.utf8)) }),
            entropy: 2.25,
            rounds: [
                .init(computed: 0 ..< 4, reused: 0, piece: piece(" the", 1), probability: 0.4, seconds: 0.0021),
                .init(computed: 4 ..< 5, reused: 4, piece: piece("\u{1B}[31m", 6), probability: 0.1, seconds: 0.0004),
            ],
            completion: " the\u{1B}[31m", finishReason: .length)
    }

    private func page(
        _ sampling: SamplingOptions = SamplingOptions(temperature: 0.8, topK: 5, topP: 0.9, seed: 5), width: Int = 80,
        _ appearance: Appearance = .plain,
        pattern: Bool = false
    ) throws -> ExplanationPage {
        ExplanationPage(try explanation(sampling: sampling, pattern: pattern), width: width, appearance: appearance)
    }

    @Test func textBecomesIDs() throws {
        #expect(
            try page().render(.pieces) == #"""
                1  Tokens ──────────────────────────────────────────────────────────────────────

                A model calculates, so the text becomes numbers first. The tokenizer cut these
                18 bytes into 4 tokens, 4.5 bytes each. Blanks count too: "·" is a space, "⏎"
                the end of a line.

                The|·server|⏎
                because

                [10, 11, 0, 12]

                This list is all that the model sees of the text. The numbers mean nothing by
                themselves: each is a row of a table.
                """#)
    }

    @Test func idsBecomeVectors() throws {
        #expect(
            try page().render(.embeddings) == #"""
                2  Embeddings ──────────────────────────────────────────────────────────────────

                The table gives each token a vector of 8 numbers, learned in training. Tokens
                used in similar ways come to point in similar directions: cosine 1 is the same
                direction, 0 is unrelated.

                token    id  norm  nearest tokens by cosine
                ───────  ──  ────  ────────────────────────
                The      10  1.25  ·the 0.83   ⏎ -0.10
                ·server  11  0.50

                A vector for its position is added to each, because attention by itself cannot
                tell first from last.
                """#)
    }

    @Test func vectorsPassThroughTheLayers() throws {
        #expect(
            try page(pattern: true).render(.layers) == #"""
                3  Layers ──────────────────────────────────────────────────────────────────────

                In each layer attention lets every token look back at those before it, in 3
                heads that each ask their own question; then a feed-forward network works on
                every token alone. Both add to the vector, so nothing is lost on the way. Read
                after each layer as if it were the last, the last token's vector shows the
                prediction take shape:

                after      predicts  share  head  attention of  to         weight
                ─────────  ────────  ─────  ────  ────────────  ─────────  ──────
                embedding  because   90.0%
                layer 0    ·it       30.0%     0  2 ⏎           1 ·server    0.62
                                               1  3 because     1 ·server    0.50
                                             1 2  each token    the first    0.68
                layer 1    ·the      40.0%     0  3 because     2 ⏎          0.90
                                               2  3 because     1 ·server    0.20
                                               1  each token    itself       0.80

                The token that leads in the end, "·the", takes the lead in the last layer: its
                share went from 1.0% before the layers to 40.0%.

                The attention weights of one token sum to 1. Shown are those furthest above an
                even spread, in each layer and from the last token; attention to the token
                itself, or to the first one, where a head rests that finds nothing, is shown
                only where it is over half.

                Layer 1, head 0: each row is a token, each column one that it attends to.

                          ·   b
                          s   e
                          e   c
                          r   a
                        T v   u
                        h e   s
                        e r ⏎ e
                    The ██
                ·server ▒▒▒▒
                      ⏎ ░░▓▓
                because     ██
                        0  ░▒▓█ 0.9000
                """#)
    }

    @Test func theLastVectorBecomesADistribution() throws {
        #expect(
            try page().render(.distribution) == #"""
                4  Scores ──────────────────────────────────────────────────────────────────────

                The final vector of the last token is compared with each of the 7 tokens. The
                scores become probabilities: how plausible each token is as the next one.

                ·the      40.0%  ████████████████████████████████████████
                ·it       25.0%  █████████████████████████
                ·of       15.0%  ███████████████
                ·a        10.0%  ██████████
                ·there     6.0%  ██████
                \x1B[31m   4.0%  ████
                1 other    0.0%

                The model has no answer, it has this distribution. Its entropy is 2.25 bits: as
                undecided as between 4.8 equally likely tokens.
                """#)
    }

    @Test func oneTokenIsDrawn() throws {
        #expect(
            try page().render(.choice) == #"""
                5  Choice ──────────────────────────────────────────────────────────────────────

                Temperature 0.80 divides the scores, which sharpens the distribution: the likely
                get likelier.

                filter       setting  tokens left  of the probability
                ───────────  ───────  ───────────  ──────────────────
                temperature     0.80            7              100.0%
                top-k              5            5               97.4%
                top-p           0.90            4               93.1%

                What is left is laid end to end from 0 to 1, each token as long as it is
                probable. The random number for position 4 under seed 5 is 0.1222, and falls on
                "·the":

                0 │·the─────────────────────────────────│·it────────────────│·of───────│·a──── 1
                           ▲ 0.1222

                   token     id  model  tempered  to draw  numbers that draw it
                ─  ────────  ──  ─────  ────────  ───────  ────────────────────
                ▶  ·the       1  40.0%     46.0%    49.4%  0.0000 to 0.4936
                   ·it        2  25.0%     25.5%    27.4%  0.4936 to 0.7679
                   ·of        3  15.0%     13.5%    14.5%  0.7679 to 0.9127
                   ·a         4  10.0%      8.1%     8.7%  0.9127 to 1.0000
                   ·there     5   6.0%      4.3%     0.0%  out by top-p
                   \x1B[31m   6   4.0%      2.6%     0.0%  out by top-k
                """#)
    }

    @Test func andRoundAgain() throws {
        #expect(
            try page().render(.loop) == #"""
                6  Loop ────────────────────────────────────────────────────────────────────────

                The token is appended, and the longer text goes through the same steps. Earlier
                tokens never see later ones, so their keys and values stay as they are: they are
                kept (192 B per token here), and each round computes one new position only.

                round  computes          from cache  token     share     time
                ─────  ────────────────  ──────────  ────────  ─────  ───────
                    1  positions 0 to 3           0  ·the      40.0%  2.10 ms
                    2  position 4                 4  \x1B[31m  10.0%  0.40 ms

                  The server
                  because the\x1B[31m

                This repeats until an end-of-text token comes, a limit is reached or the context
                is full.
                """#)
    }

    @Test func greedyDrawsNothing() throws {
        #expect(
            try page(.greedy).render(.choice) == #"""
                5  Choice ──────────────────────────────────────────────────────────────────────

                Temperature 0 is greedy: the highest score wins, and the same prompt always
                continues in the same way. The choice is "·the", which the model gave 40.0%.
                """#)
    }

    /// No line is wider than the terminal, no control of the model's gets through, and ASCII stays ASCII.
    @Test(arguments: [24, 44, 60, 80, 133])
    func fits(width: Int) throws {
        for appearance in [Appearance.plain, .ascii, .rich, Appearance(colors: .ansi16, isUnicode: true)] {
            let text = try page(width: width, appearance, pattern: true).render()
            for line in text.split(separator: "\n") {
                #expect(TextLayout.width(of: String(line)) <= width, "\(line)")
            }
            #expect(!text.contains("\u{1B}[31m"))
            if appearance == .ascii { #expect(text.utf8.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || $0 == 0x0A) }) }
        }
    }

    /// Colours change no text where nothing is drawn with them.
    @Test func colorsAreOnlyColors() throws {
        for step in [ExplanationPage.Step.embeddings, .distribution, .choice, .loop] {
            let colored = try page(.init(), .rich).render(step)
            #expect(colored.contains("\u{1B}["))
            #expect(try colored.replacing(/\x{1B}\[[0-9;]*m/, with: "") == page(.init()).render(step))
        }
    }

    /// A head that rests on the first token leaves the rest of its map as it is, and the page says so.
    @Test func restingHeadDoesNotDarkenTheMap() throws {
        var resting = try explanation(sampling: .greedy, pattern: true)
        resting.pattern?.weights = [[1], [0.9, 0.1], [0.97, 0.02, 0.01], [0.9, 0.02, 0.07, 0.01]]
        let text = ExplanationPage(resting, width: 80, appearance: .plain).render(.layers)
        #expect(text.contains("·server ████\n"), "0.1 is the brightest weight that is not on the first token")
        #expect(text.contains("0  ░▒▓█ 0.1000"))
        #expect(text.contains("The scale ends at the strongest weight that is not on the first token; that one"))
        #expect(text.contains("gets up to 0.97."))
    }

    @Test func whatIsLeftOutIsSaid() throws {
        var long = try explanation(sampling: .greedy, pattern: true)
        long.pieces = (0 ..< 500).map { piece("p", TokenID($0)) }
        long.vectors = (0 ..< 30).map { Explanation.Vector(piece: piece("p", TokenID($0)), norm: 1, nearest: []) }
        long.layers = Array(repeating: long.layers[0], count: 40)
        long.pattern?.weights = (0 ..< 500).map { Array(repeating: 0, count: $0 + 1) }
        long.rounds = Array(repeating: long.rounds[0], count: 30)
        long.prompt = String(repeating: "p", count: 500)
        let text = ExplanationPage(long, width: 80, appearance: .plain).render()
        for note in [
            "the first 160 of 500 tokens", "the first 10 of 30 different tokens", "12 of 40 layers, evenly spaced",
            "the last 32 of 500 tokens",
            "the first 20 of 30 rounds", "the last 400 characters of the prompt",
        ] { #expect(text.contains("(\(note); --json has all)"), "\(note)") }
        #expect(text.contains("layer 39"))
        #expect(text.count < 12_000)
    }
}
