/// A grid of cells to draw dots in: eight to a cell as braille, or one as ASCII. What is drawn later owns the cell's
/// colour.
struct DotCanvas {
    /// What a dot belongs to, from the back to the front.
    enum Layer: Int {
        case points, line, validation
    }

    let columns: Int
    let rows: Int
    private let isUnicode: Bool
    private var dots: [UInt8]
    private var layers: [Layer?]
    private var marks: [Character?]

    init(columns: Int, rows: Int, isUnicode: Bool) {
        self.columns = columns
        self.rows = rows
        self.isUnicode = isUnicode
        dots = Array(repeating: 0, count: columns * rows)
        layers = Array(repeating: nil, count: columns * rows)
        marks = Array(repeating: nil, count: columns * rows)
    }

    /// Dots across and down in one cell.
    private var cell: (x: Int, y: Int) { isUnicode ? (2, 4) : (1, 1) }
    var width: Int { columns * cell.x }
    var height: Int { rows * cell.y }

    /// The row of cells that holds a row of dots.
    func row(ofDot y: Int) -> Int { y / cell.y }
    func column(ofDot x: Int) -> Int { x / cell.x }

    mutating func plot(_ x: Int, _ y: Int, _ layer: Layer) {
        guard (0 ..< width).contains(x), (0 ..< height).contains(y) else { return }
        let index = row(ofDot: y) * columns + column(ofDot: x)
        if isUnicode {
            dots[index] |= Self.brailleBits[y % 4][x % 2]
        } else {
            marks[index] = Self.asciiMark(layer)
        }
        layers[index] = layer
    }

    /// A whole cell as one character, over whatever dots it has.
    mutating func mark(_ x: Int, _ y: Int, _ layer: Layer) {
        guard (0 ..< width).contains(x), (0 ..< height).contains(y) else { return }
        let index = row(ofDot: y) * columns + column(ofDot: x)
        marks[index] = isUnicode ? Self.unicodeMark(layer) : Self.asciiMark(layer)
        layers[index] = layer
    }

    /// Bresenham's line. Both ends have to lie on the canvas.
    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ layer: Layer) {
        let distance = (x: abs(end.x - start.x), y: abs(end.y - start.y))
        let direction = (x: start.x < end.x ? 1 : -1, y: start.y < end.y ? 1 : -1)
        var position = start, error = distance.x - distance.y
        plot(position.x, position.y, layer)
        while position != end {
            let doubled = 2 * error
            if doubled > -distance.y { (error, position.x) = (error - distance.y, position.x + direction.x) }
            if doubled < distance.x { (error, position.y) = (error + distance.x, position.y + direction.y) }
            plot(position.x, position.y, layer)
        }
    }

    /// A row of cells as runs of one layer each.
    func runs(row: Int) -> [(text: String, layer: Layer?)] {
        var runs: [(text: String, layer: Layer?)] = []
        for index in row * columns ..< (row + 1) * columns {
            let character = marks[index] ?? (dots[index] == 0 ? " " : Self.braille(dots[index]))
            if let last = runs.last, last.layer == layers[index] {
                runs[runs.count - 1].text.append(character)
            } else {
                runs.append((String(character), layers[index]))
            }
        }
        return runs
    }

    static func unicodeMark(_ layer: Layer) -> Character {
        layer == .validation ? "◆" : "•"
    }

    static func asciiMark(_ layer: Layer) -> Character {
        switch layer {
        case .points: "."
        case .line: "*"
        case .validation: "o"
        }
    }

    /// Unicode 2800 to 28FF: a bit for each dot, numbered down the left column, then down the right, then the bottom
    /// row.
    private static func braille(_ bits: UInt8) -> Character {
        Character(Unicode.Scalar(0x2800 + UInt32(bits))!)
    }

    private static let brailleBits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
}
